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
    /// The settings of the verifier, such as the names of the endpoint and the tenant. It is only for
    /// a rejection: no engine stores it.
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

    /// Keeps what was set on the verifier, such as the names of the endpoint and the tenant. If the
    /// delivery is rejected, as a duplicate or because the engine failed, the `Rejection` and its
    /// log line need it.
    pub(super) fn of_verifier(self, custom: Custom) -> Self {
        Self { custom: Some(custom), ..self }
    }

    /// Returns what was set on the verifier, with the endpoint of the entry. If nothing is known, it
    /// has only that endpoint.
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
