//! A verified delivery of any provider.

use std::{borrow::Cow, fmt, sync::Arc, time::SystemTime};

use serde::Deserialize;

use crate::{
    HeaderSource, PayloadError, Provider, Scheme,
    custom::Custom,
    event::{Delivery, EventAt},
    key_set::KeySet,
    scheme::BodyForm,
};

/// A verified delivery: the signed bytes, and the facts about them.
///
/// It has no type parameter for the provider, so that middleware, logs and queues can treat the
/// deliveries of all providers alike. [`Verified`](crate::Verified) dereferences to it, and only a
/// [`Verifier`](crate::Verifier) makes one.
///
/// `Debug` shows the body's length, not the body.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Signer, Verifier, adapter::VerifiedDelivery};
/// use countersign::providers::{GitHub, Respan};
///
/// fn describe(delivery: &VerifiedDelivery<impl AsRef<[u8]>>) -> String {
///     format!("{}: {} bytes", delivery.endpoint(), delivery.bytes().len())
/// }
///
/// let secret = Secret::new("key")?;
/// let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
/// let verified = Verifier::<GitHub>::new(secret.clone())?.verify(&headers, b"{}")?;
/// assert_eq!(describe(&verified), "github: 2 bytes");
///
/// let headers = Signer::<Respan>::new(secret.clone())?.sign(b"[0]")?;
/// let verified = Verifier::<Respan>::new(secret)?.verify(&headers, b"[0]")?;
/// assert_eq!(describe(&verified), "respan: 3 bytes");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct VerifiedDelivery<B> {
    body: B,
    // Not `usize`, so that the whole proof is smaller.
    secret_index: u32,
    form: BodyForm,
    facts: SignedFacts,
    key_set: KeySet,
    provider: &'static Facts,
}

/// Facts about a provider.
#[derive(Debug)]
struct Facts {
    name: &'static str,
    scheme: Scheme,
    event: EventAt,
}

/// Facts about a delivery other than its body. The struct is small, because it is moved several
/// times. The key set is not part of it, so that it is copied directly from the keys into the proof.
#[derive(Clone, Default)]
pub(crate) struct SignedFacts {
    pub(crate) custom: Custom,
    pub(crate) id: Option<Arc<str>>,
    pub(crate) signed_at: Option<SystemTime>,
    /// The tenant that was looked up for this delivery. An `Arc<str>` would be a word longer.
    pub(crate) tenant: Option<Arc<String>>,
}

impl<B> VerifiedDelivery<B> {
    pub(super) fn new<P: Provider>(
        body: B,
        secret_index: usize,
        form: BodyForm,
        facts: SignedFacts,
        key_set: &KeySet,
    ) -> Self {
        let provider = const { &Facts { name: P::NAME, scheme: P::SCHEME, event: P::EVENT } };
        // An index from a verification is at most 3. A stored index can be any number.
        let secret_index = u32::try_from(secret_index).unwrap_or(u32::MAX);
        Self { body, secret_index, form, facts, key_set: *key_set, provider }
    }

    /// Returns the name of the provider: [`Provider::NAME`].
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider.name
    }

    /// Returns the name of the verifier's endpoint: the provider's name, unless
    /// [`Verifier::endpoint`](crate::Verifier::endpoint) sets another one.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.facts.custom.endpoint().unwrap_or(self.provider.name)
    }

    /// Returns the tenant whose secret matched, if secrets are looked up per tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.facts.tenant.as_deref().map(String::as_str).or(self.facts.custom.tenant())
    }

    /// Returns the index of the secret that matched: 0 is the current one, 1 to 3 are the retired
    /// ones in their order.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index as usize
    }

    /// Returns the body form that was signed. If it is not [`BodyForm::Wire`],
    /// [`bytes`](Self::bytes) returns the signed text, which differs from the bytes that arrived.
    #[must_use]
    pub fn form(&self) -> BodyForm {
        self.form
    }

    /// Returns the delivery's id, if the scheme signs one in a header. If the id is in the body,
    /// [`delivery`](Self::delivery) reads it.
    #[must_use]
    pub fn signed_id(&self) -> Option<&str> {
        self.facts.id.as_deref()
    }

    /// Returns the time at which the provider signed, if the scheme signs a time.
    #[must_use]
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.facts.signed_at
    }

    /// Returns a reference to the body. Cloning a body of type `Bytes` copies no data.
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// Returns the body.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// Returns the keys of the verifier that made the proof.
    #[doc(hidden)]
    #[must_use]
    pub fn __key_set(&self) -> KeySet {
        self.key_set
    }

    /// Returns the names and answers of the verifier that made the proof. They are needed if the
    /// delivery is rejected later, when its event is read.
    #[doc(hidden)]
    #[must_use]
    pub fn __custom(&self) -> &Custom {
        &self.facts.custom
    }

    pub(crate) fn scheme(&self) -> &'static Scheme {
        &self.provider.scheme
    }

    /// Returns the places of the event's id, type and data.
    #[doc(hidden)]
    #[must_use]
    pub fn __event(&self) -> &'static EventAt {
        &self.provider.event
    }
}

impl<B: AsRef<[u8]>> VerifiedDelivery<B> {
    /// Returns the bytes that were signed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// Reads the bytes as JSON.
    ///
    /// Fails for a URL-encoded form, which is GitHub's default content type. To read the JSON in a
    /// form, use [`Delivery::text`] or an [`Event`](crate::Event): they read both kinds of body.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the bytes are not JSON, or do not fit the type.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, PayloadError> {
        crate::event::json::parse(crate::event::json::text(self.bytes())?)
    }

    /// Returns the delivery with its headers, for [`Event::parse`](crate::Event::parse): a provider
    /// can put the event's type and id into headers.
    pub fn delivery<'a, H: HeaderSource + ?Sized>(&'a self, headers: &'a H) -> Delivery<'a> {
        Delivery::new(self.bytes(), Cow::Borrowed(&self.provider.event), self.signed_id(), headers)
    }

    /// Returns the delivery with its headers, as [`delivery`](Self::delivery) does. The event's id,
    /// type and data are read at the places `at` instead of the provider's.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Provider, Secret, Signer, Verifier, event::{EventAt, Location}, providers::GitHub,
    /// };
    ///
    /// let secret = Secret::new("key")?;
    /// let body = br#"{"action":"opened","number":7}"#;
    /// let headers = Signer::<GitHub>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<GitHub>::new(secret)?.verify(&headers, body)?;
    ///
    /// let at = GitHub::EVENT.id(Location::Body(&["number"]));
    /// assert_eq!(verified.delivery_at(&headers, at).id().as_deref(), Some("7"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn delivery_at<'a, H: HeaderSource + ?Sized>(
        &'a self,
        headers: &'a H,
        at: EventAt,
    ) -> Delivery<'a> {
        Delivery::new(self.bytes(), Cow::Owned(at), self.signed_id(), headers)
    }

    pub(super) fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("provider", &self.provider.name)
            .field("length", &self.bytes().len())
            .field("secret_index", &self.secret_index)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

impl<B: AsRef<[u8]>> fmt::Debug for VerifiedDelivery<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug("VerifiedDelivery", f)
    }
}
