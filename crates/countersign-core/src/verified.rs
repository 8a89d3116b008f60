//! The proof that bytes were signed.

mod delivery;

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{Provider, key_set::KeySet, scheme::BodyForm};

pub(crate) use delivery::SignedFacts;
pub use delivery::VerifiedDelivery;

/// Proof that the provider `P` signed these bytes. Only a [`Verifier`](crate::Verifier) makes one.
///
/// It dereferences to [`VerifiedDelivery`], which has the bytes and all facts about the delivery,
/// but no type parameter for the provider.
///
/// # Security
///
/// The proof names its provider in its type, so that the proof of one provider is never accepted as
/// that of another.
///
/// A proof belongs to the provider, not to the endpoint. Behind a layer, extractors and handlers
/// take the proof that the layer made. They do not ask the verifier in the application's state, so
/// they accept a proof of any verifier of `P`, whatever its secrets and its name. A delivery to one
/// endpoint is also accepted at another endpoint that has the same secret, because most providers
/// do not sign the URL (Square does). If two endpoints of one provider must not accept each other's
/// deliveries, give each endpoint its own secret and its own provider type
/// ([`EndpointOf`](crate::providers::EndpointOf)).
/// [`endpoint`](VerifiedDelivery::endpoint) reports the name of the verifier that made the proof.
///
/// `Debug` shows the body's length, not the body.
///
/// # Examples
///
/// A struct that borrows from the body is read without a copy:
///
/// ```
/// use countersign::{Secret, Signer, Verifier, providers::Respan};
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
    delivery: VerifiedDelivery<B>,
    provider: PhantomData<fn() -> P>,
}

impl<P: Provider, B> Verified<P, B> {
    pub(crate) fn new(
        body: B,
        secret_index: usize,
        form: BodyForm,
        facts: SignedFacts,
        key_set: &KeySet,
    ) -> Self {
        let delivery = VerifiedDelivery::new::<P>(body, secret_index, form, facts, key_set);
        Self { delivery, provider: PhantomData }
    }
}

impl<P, B> Verified<P, B> {
    /// Returns the delivery without its provider's type, for code that serves all providers.
    #[must_use]
    pub fn into_delivery(self) -> VerifiedDelivery<B> {
        self.delivery
    }

    /// Returns the body.
    #[must_use]
    pub fn into_body(self) -> B {
        self.delivery.into_body()
    }
}

impl<P, B> Deref for Verified<P, B> {
    type Target = VerifiedDelivery<B>;

    fn deref(&self) -> &VerifiedDelivery<B> {
        &self.delivery
    }
}

impl<P, B: Clone> Clone for Verified<P, B> {
    fn clone(&self) -> Self {
        Self { delivery: self.delivery.clone(), provider: PhantomData }
    }
}

impl<P, B: AsRef<[u8]>> fmt::Debug for Verified<P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.delivery.debug("Verified", f)
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::{VerifyError, providers::Respan};

    /// On x86-64, the compiler moves up to 128 bytes with a few instructions, and calls `memcpy` for
    /// more.
    #[test]
    fn is_moved_without_a_call() {
        assert!(size_of::<Result<Verified<Respan, Cow<'_, [u8]>>, VerifyError>>() <= 128);
    }
}
