//! Proof that bytes were signed.

use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use serde::Deserialize;

use crate::{
    HeaderSource, PayloadError, Provider,
    custom::Custom,
    event::{Delivery, EventAt},
    key_set::KeySet,
    scheme::BodyForm,
};

/// Proof that the provider `P` signed these bytes: only a [`Verifier`](crate::Verifier) makes one.
///
/// # Security
///
/// The proof names its provider in its type, so that one provider's is never taken for another's.
///
/// A proof belongs to the provider, not to the endpoint. Behind a layer, an extractor or a handler
/// accepts a proof that any verifier of `P` made, with any secrets and any name. It does not use
/// the verifier in its own state. A delivery to one endpoint is also accepted at another endpoint
/// that has the same secret, because most providers do not sign the URL (Square does). If two
/// endpoints of one provider must not accept each other's deliveries, give each endpoint its own
/// secret and its own provider type ([`EndpointOf`](crate::providers::EndpointOf)).
/// [`endpoint`](Self::endpoint) reports the name of the verifier that made the proof.
///
/// `Debug` shows the body's length, not the body.
///
/// # Examples
///
/// Borrowed structs are read without a copy:
///
/// ```
/// use countersign_core::{Secret, Signer, Verifier, providers::Respan};
///
/// #[derive(serde::Deserialize)]
/// struct Log<'a> { model: &'a str }
///
/// let secret = Secret::new("key")?;
/// let body = br#"{"model":"small","other":[1,2]}"#;
/// let headers = Signer::<Respan>::new(secret.clone())?.sign(body)?;
/// let verified = Verifier::<Respan>::new(secret)?.verify(&headers, body)?;
///
/// let log: Log<'_> = verified.json()?;
/// assert_eq!(log.model, "small");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Verified<P, B> {
    body: B,
    secret_index: usize,
    form: BodyForm,
    told: Told,
    provider: PhantomData<fn() -> P>,
}

/// Facts about a delivery other than its body. Small, because it is moved several times.
#[derive(Clone, Default)]
pub(crate) struct Told {
    pub(crate) custom: Custom,
    pub(crate) id: Option<Box<str>>,
    pub(crate) signed_at: Option<SystemTime>,
    /// The tenant that was looked up for this delivery.
    pub(crate) tenant: Option<Arc<str>>,
    pub(crate) keys: KeySet,
}

impl<P, B> Verified<P, B> {
    pub(crate) fn new(body: B, secret_index: usize, form: BodyForm, told: Told) -> Self {
        Self { body, secret_index, form, told, provider: PhantomData }
    }

    /// Which secret matched: 0 is the current one, 1 to 3 the retired ones in their order.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// Which form of the body was signed. If it is not the wire's, the proof's bytes are the text
    /// that was signed, and not what came.
    #[must_use]
    pub fn form(&self) -> BodyForm {
        self.form
    }

    /// The delivery's id, where the scheme signs one in a header. An id in the body is the
    /// event's to tell.
    #[must_use]
    pub fn signed_id(&self) -> Option<&str> {
        self.told.id.as_deref()
    }

    /// When the provider signed, where the scheme signs a time.
    #[must_use]
    pub fn signed_at(&self) -> Option<SystemTime> {
        self.told.signed_at
    }

    /// The tenant whose secret matched, where secrets are looked up per tenant.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.told.tenant.as_deref().or(self.told.custom.tenant())
    }

    /// The keys of the verifier that made the proof.
    #[doc(hidden)]
    #[must_use]
    pub fn __key_set(&self) -> KeySet {
        self.told.keys
    }

    /// Returns the names and answers of the verifier that made the proof: the delivery can still be
    /// rejected where its event is read.
    #[doc(hidden)]
    #[must_use]
    pub fn __custom(&self) -> &Custom {
        &self.told.custom
    }

    /// The body, as it is kept: for `Bytes`, cloned without a copy.
    #[must_use]
    pub fn body(&self) -> &B {
        &self.body
    }

    /// The body, given back whole.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }
}

impl<P: Provider, B> Verified<P, B> {
    /// The endpoint that it came to, as its verifier names it: the provider's name unless
    /// [`Verifier::endpoint`](crate::Verifier::endpoint) says otherwise.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.told.custom.endpoint().unwrap_or(P::NAME)
    }
}

impl<P, B: AsRef<[u8]>> Verified<P, B> {
    /// The bytes that were signed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.body.as_ref()
    }

    /// Reads the bytes as JSON.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if they are not JSON, or not of this shape.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, PayloadError> {
        crate::event::json::parse(crate::event::json::text(self.bytes())?)
    }
}

impl<P: Provider, B: AsRef<[u8]>> Verified<P, B> {
    /// Adds what the provider tells of the event in its headers, for [`Event::parse`].
    ///
    /// [`Event::parse`]: crate::Event::parse
    pub fn delivery<'a, H: HeaderSource + ?Sized>(&'a self, headers: &'a H) -> Delivery<'a> {
        self.delivery_at(headers, P::EVENT)
    }

    /// As [`delivery`](Self::delivery), with the event's facts elsewhere than the provider says.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{
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
        Delivery::new(self.bytes(), at, self.signed_id(), headers)
    }
}

impl<P, B: Clone> Clone for Verified<P, B> {
    fn clone(&self) -> Self {
        Self {
            body: self.body.clone(),
            secret_index: self.secret_index,
            form: self.form,
            told: self.told.clone(),
            provider: PhantomData,
        }
    }
}

impl<P: Provider, B: AsRef<[u8]>> fmt::Debug for Verified<P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("provider", &P::NAME)
            .field("length", &self.bytes().len())
            .field("secret_index", &self.secret_index)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}
