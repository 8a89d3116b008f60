//! Builders of a key.

use super::{
    IdempotencyKey,
    part::{LONGEST, push, push_absent, push_digest, push_fields},
};

/// The endpoint and the tenant of a key. [`IdempotencyKey::builder`] makes it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct KeyBuilder<'a> {
    endpoint: &'a str,
    tenant: Option<&'a str>,
}

/// All parts of a key except its id. [`KeyBuilder::event_type`] makes it.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct EventKeyBuilder<'a> {
    at: KeyBuilder<'a>,
    event_type: Option<&'a str>,
}

impl<'a> KeyBuilder<'a> {
    pub(super) fn new(endpoint: &'a str) -> Self {
        Self { endpoint, tenant: None }
    }

    /// Sets the tenant, as [`Verified::tenant`](crate::adapter::VerifiedDelivery::tenant) returns
    /// it. Default: none.
    pub fn tenant(self, tenant: Option<&'a str>) -> Self {
        Self { tenant, ..self }
    }

    /// Sets the event's type; `None` if no type is signed.
    ///
    /// # Security
    ///
    /// A type in a header that is not signed must not be part of a key: a delivery that is replayed
    /// with another type would be handled again.
    pub fn event_type(self, event_type: Option<&'a str>) -> EventKeyBuilder<'a> {
        EventKeyBuilder { at: self, event_type }
    }

    /// Completes the key with the SHA-256 of the signed bytes, for events without an id.
    ///
    /// Two events with equal bytes then have one key. This is right for events that contain a time,
    /// a unique number or a complete state. It is wrong for events that can repeat with the same
    /// bytes, such as "a cup was sold".
    #[must_use]
    pub fn body_digest(self, signed: &[u8]) -> IdempotencyKey {
        self.event_type(None).with(|key| push_digest(key, "=", signed))
    }
}

impl EventKeyBuilder<'_> {
    /// Completes the key with the event's id.
    ///
    /// Check first that the id is not empty: an empty id is accepted, and all events without an id
    /// would have the same key.
    #[must_use]
    pub fn id(self, id: &str) -> IdempotencyKey {
        self.with(|key| push(key, id))
    }

    /// Completes the key with several fields that together name the event, such as a code and a
    /// reference. An absent field differs from an empty one, and the order of the fields matters.
    ///
    /// An empty array does not compile: all events would have the same key.
    #[must_use]
    pub fn fields<const N: usize>(self, fields: [Option<&str>; N]) -> IdempotencyKey {
        const { assert!(N > 0, "at least one field is needed") }
        self.all(fields)
    }

    pub(super) fn all<'f>(
        self,
        fields: impl IntoIterator<Item = Option<&'f str>>,
    ) -> IdempotencyKey {
        self.with(|key| push_fields(key, fields))
    }

    fn with(self, push_last: impl FnOnce(&mut String)) -> IdempotencyKey {
        let Self { at: KeyBuilder { endpoint, tenant }, event_type } = self;
        let texts = [Some(endpoint), tenant, event_type];
        let length = |text: &Option<&str>| text.map_or(1, str::len).min(LONGEST);
        // One allocation, if no character is escaped and the id has a usual length.
        let mut key =
            String::with_capacity(texts.iter().map(length).sum::<usize>() + 3 + TYPICAL_ID);
        for text in texts {
            match text {
                Some(text) => push(&mut key, text),
                None => push_absent(&mut key),
            }
            key.push('/');
        }
        push_last(&mut key);
        IdempotencyKey(key.into())
    }
}

/// Length of a usual id in bytes: ids of providers have 20 to 40.
const TYPICAL_ID: usize = 40;
