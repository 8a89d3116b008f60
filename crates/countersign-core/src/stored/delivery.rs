//! The stored form of a verified delivery.

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    form::FormName, headers::StoredHeaders, octets::Octets, time::StoredTime, version::Version,
};
use crate::{HeaderSource, scheme::BodyForm};

/// A verified delivery that can be stored: it owns its data, and implements serde's traits.
///
/// [`to_stored`](crate::adapter::VerifiedDelivery::to_stored) makes one from a proof
/// ([`Verified`](crate::Verified)). [`Verifier::restore_from_trusted_store`] makes a proof from it
/// again, even if the secret was replaced meanwhile. [`Verifier::verify_again`] also checks the
/// signature. Both reject a delivery of another provider, endpoint or tenant.
///
/// It holds the signed bytes, and only the headers that hold the signature, the id, the time or the
/// type. It implements [`HeaderSource`]: pass it as the headers when you parse the event of a
/// restored proof. `Authorization` and cookies are not stored, unless the scheme has its signature
/// in them.
///
/// `Debug` shows the length of the body and the names of the headers, and nothing of the payload.
///
/// # Format
///
/// The format has a version, [`VERSION`](Self::VERSION). Later releases read all earlier versions.
/// A member that a reader does not know is ignored, and an unknown version is an error. In JSON:
///
/// | member | value |
/// |---|---|
/// | `version` | 1 |
/// | `provider`, `endpoint` | text |
/// | `tenant` | text or `null` |
/// | `id`, `type` | the event's id and type: text or `null`; `null` also for a text with U+0000 |
/// | `id_signed`, `type_signed` | `false` if the place of the id or the type is not signed |
/// | `signed_id` | the id that the scheme signs in a header: text or `null` |
/// | `form` | the [name of the body form](Self::form_name) that was signed, such as `wire` |
/// | `secret_index` | index of the secret that matched: 0 is the current secret |
/// | `received_at` | milliseconds since 1970-01-01T00:00:00Z, negative before |
/// | `signed_at` | the signed time, also in milliseconds since 1970; `null` if the scheme signs no time |
/// | `headers` | list of objects with `name` and `value` |
/// | `body` | the signed bytes |
///
/// The bytes of the body and of each header value are an object with one member: `text` if they are
/// UTF-8 without U+0000 (which PostgreSQL's `jsonb` cannot hold), otherwise `base64` (standard
/// alphabet, padded). Binary formats (those that are not human-readable to serde) have the same
/// members in this order, and byte strings instead of these objects. In formats without names of
/// members, such as postcard, a new member needs a new version.
///
/// Times are rounded down to whole milliseconds when the delivery is made. No scheme signs finer
/// times. Times more than 292 million years from 1970 are stored as the nearest one that fits.
///
/// # Security
///
/// - Anyone who can write to the store can make proofs with
///   [`Verifier::restore_from_trusted_store`].
/// - The store holds the payload in plain text, and the signature: anyone who can read the store
///   can replay the delivery as long as its time is within the tolerance, or at any time if the
///   scheme signs no time.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use countersign::{Secret, Signer, StoredDelivery, Verifier, providers::Stripe};
///
/// let (secret, received_at) = (Secret::new("whsec_abc123")?, SystemTime::now());
/// let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
/// let headers = Signer::<Stripe>::new(secret.clone())?.at(received_at).sign(body)?;
/// let verifier = Verifier::<Stripe>::new(secret)?;
///
/// // In the handler: verify, and put the text into a queue.
/// let verified = verifier.verify(&headers, body)?;
/// let text = serde_json::to_string(&verified.to_stored(&headers, received_at))?;
///
/// // In the worker, after the secret was replaced.
/// verifier.replace_secrets(Secret::new("whsec_new")?)?;
/// let stored: StoredDelivery = serde_json::from_str(&text)?;
/// assert_eq!((stored.id(), stored.event_type()), (Some("evt_1"), Some("invoice.paid")));
///
/// let verified = verifier.restore_from_trusted_store(&stored)?;
/// assert_eq!(verified.bytes(), body);
/// assert_eq!(verified.delivery(&stored).id().as_deref(), Some("evt_1"));
/// assert!(verifier.verify_again(&stored).is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [`Verifier::restore_from_trusted_store`]: crate::Verifier::restore_from_trusted_store
/// [`Verifier::verify_again`]: crate::Verifier::verify_again
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDelivery {
    // The first field, so that readers of formats without names find it.
    pub(super) version: Version,
    pub(super) provider: Box<str>,
    pub(super) endpoint: Box<str>,
    pub(super) tenant: Option<Box<str>>,
    pub(super) id: Option<Box<str>>,
    pub(super) id_signed: bool,
    #[serde(rename = "type")]
    pub(super) event_type: Option<Box<str>>,
    pub(super) type_signed: bool,
    pub(super) signed_id: Option<Box<str>>,
    pub(super) form: FormName,
    pub(super) secret_index: usize,
    pub(super) received_at: StoredTime,
    pub(super) signed_at: Option<StoredTime>,
    pub(super) headers: StoredHeaders,
    pub(super) body: Octets,
}

impl StoredDelivery {
    /// The version of the format that this release writes.
    pub const VERSION: u16 = Version::CURRENT;

    /// Returns the name of the provider, [`Provider::NAME`](crate::Provider::NAME).
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// Returns the name of the endpoint that received the delivery, as set on its verifier.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the tenant whose secret matched, if secrets are looked up per tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Returns the event's id, as [`Delivery::id`](crate::event::Delivery::id) does. To detect
    /// duplicates, use [`Delivery::identity`](crate::event::Delivery::identity) of the restored
    /// proof: it also returns ids of several members, and returns `None` if two parsers may read
    /// different ids.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Returns whether the signature covers the place of the id. If it does not, anyone who replays
    /// a delivery can change the id.
    #[must_use]
    pub fn id_is_signed(&self) -> bool {
        self.id_signed
    }

    /// Returns the event's type, as [`Delivery::event_type`](crate::event::Delivery::event_type)
    /// does.
    #[must_use]
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// Returns whether the signature covers the place of the type. If it does not, anyone who
    /// replays a delivery can change the type.
    #[must_use]
    pub fn event_type_is_signed(&self) -> bool {
        self.type_signed
    }

    /// Returns the delivery's id, if the scheme signs one in a header.
    #[must_use]
    pub fn signed_id(&self) -> Option<&str> {
        self.signed_id.as_deref()
    }

    /// Returns the name of the body form that was signed. The name is text, because the program
    /// that reads the delivery may not know all body forms of the program that wrote it.
    ///
    /// The names are `wire`, `javascript`, `inflated`, `python`, `php`, and `url_encoded_member:`
    /// followed by the name of the member. Options follow the names `python` and `php`, each after
    /// a `+`:
    /// - `python`: `compact_items` (separator `,`), `compact_keys` (separator `:`), `unicode`
    ///   (`ensure_ascii=False`) and `sorted` (`sort_keys=True`);
    /// - `php`: `associative` (objects decoded as arrays), and the flags `slashes`, `unicode` and
    ///   `line_terminators` (`JSON_UNESCAPED_…`), `zero_fraction` (`JSON_PRESERVE_ZERO_FRACTION`)
    ///   and `pretty` (`JSON_PRETTY_PRINT`).
    #[must_use]
    pub fn form_name(&self) -> &str {
        self.form.as_str()
    }

    /// Returns the index of the secret that matched. The secret that was current at that time has
    /// the index 0.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// Returns the time at which the delivery was received, in whole milliseconds.
    #[must_use]
    pub fn received_at(&self) -> SystemTime {
        self.received_at.get()
    }

    /// Returns the time at which the provider signed, in whole milliseconds, if the scheme signs a
    /// time.
    #[must_use]
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.signed_at.map(StoredTime::get)
    }

    /// Returns the names and the values of the headers that were kept.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter()
    }

    /// Returns the bytes that were signed.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.body.bytes()
    }

    /// Finds the body form that was signed: one of the `known` forms, or a form that the stored
    /// name describes.
    pub(crate) fn form<'a>(
        &self,
        known: impl IntoIterator<Item = &'a BodyForm>,
    ) -> Option<BodyForm> {
        self.form.find(known)
    }
}

/// Finds only the headers that were kept.
impl HeaderSource for StoredDelivery {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

impl fmt::Debug for StoredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers().map(|(name, _)| name).collect();
        f.debug_struct("StoredDelivery")
            .field("provider", &self.provider)
            .field("endpoint", &self.endpoint)
            .field("form", &self.form_name())
            .field("headers", &names)
            .field("length", &self.body().len())
            .finish_non_exhaustive()
    }
}
