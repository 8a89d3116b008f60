//! A delivery on its way into an inbox.

use std::time::SystemTime;

use countersign_core::__Custom as Custom;

use super::StoredRequest;
use crate::idempotency::IdempotencyKey;

/// A verified delivery for an inbox to keep.
#[derive(Clone, Debug)]
pub struct Entry {
    key: Option<IdempotencyKey>,
    object: Option<Box<str>>,
    version: Option<i64>,
    request: StoredRequest,
    /// The names of its verifier. No engine keeps them.
    custom: Option<Custom>,
}

impl Entry {
    /// Makes the entry of a delivery. `key` identifies its event; a delivery without a key is never
    /// a duplicate.
    #[must_use]
    pub fn new(key: Option<IdempotencyKey>, request: StoredRequest) -> Self {
        Self { key, object: None, version: None, request, custom: None }
    }

    /// Sets the object that the event is about, for engines that keep the order of the deliveries
    /// of one object ([`SerialInbox`](super::SerialInbox)). `version` is the version of the object
    /// after the event. If [`Inbox::skip_older_by`](super::Inbox::skip_older_by) is set, the
    /// delivery is not handled after a newer version was.
    #[must_use]
    pub fn about(self, object: &str, version: Option<i64>) -> Self {
        Self { object: Some(object.into()), version, ..self }
    }

    /// Sets the names of its verifier, for the answer to a duplicate.
    pub(super) fn of_verifier(self, custom: Custom) -> Self {
        Self { custom: Some(custom), ..self }
    }

    /// Returns the names of its verifier, as far as they are known.
    pub(super) fn custom(&self) -> Custom {
        self.custom.clone().unwrap_or_default().__with_endpoint(self.endpoint())
    }

    /// Returns the key of the event.
    #[must_use]
    pub fn key(&self) -> Option<&IdempotencyKey> {
        self.key.as_ref()
    }

    /// Returns the object that the event is about.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        self.object.as_deref()
    }

    /// Returns the version of the object.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.version
    }

    /// Returns the request. The engine must return it later, together with the object and the
    /// version.
    #[must_use]
    pub fn request(&self) -> &StoredRequest {
        &self.request
    }

    /// Returns the name of the endpoint.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.request.delivery().endpoint()
    }

    /// Returns the name of the provider.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.request.delivery().provider()
    }

    /// Returns the tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.request.delivery().tenant()
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.request.delivery().event_type()
    }

    /// Returns the id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.request.delivery().id()
    }

    /// Returns the time at which the delivery was received, in whole milliseconds.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        self.request.delivery().received_at()
    }
}
