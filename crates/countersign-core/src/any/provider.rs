//! A provider as a value.

use std::{borrow::Cow, fmt, time::SystemTime};

use super::{AnySigning, AnyVerifier};
use crate::{
    ConfigError, Provider, Scheme, Secret, Secrets, Verifier, VerifyError,
    adapter::{Verification, VerifiedDelivery},
    event::EventAt,
    key::Keys,
    providers::known::ALL,
    verifier::Settings,
};

/// A provider as a value, for programs that choose the provider while they run: a command line, a
/// test, a page for operators.
///
/// A service that knows its providers uses [`Verifier`] and [`Signer`](crate::Signer) instead.
/// Their type names the provider, so that the compiler finds a delivery that is taken for one of
/// another provider.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, providers::AnyProvider};
///
/// let provider = AnyProvider::named("github").expect("is known");
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let headers = provider.signing(&secret)?.sign(b"Hello, World!")?;
///
/// let verifier = provider.verifier(secret)?;
/// let headers: Vec<_> = headers.into_iter().collect();
/// assert!(verifier.verify(&headers, b"Hello, World!").is_ok());
/// assert!(verifier.verify(&headers, b"Hello, World?").is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct AnyProvider {
    name: &'static str,
    pub(super) scheme: Scheme,
    event: EventAt,
    pub(super) judge: Judge,
}

/// The verdict over a delivery of one provider. See [`Verification::judge`].
pub(super) type Judge = for<'a> fn(
    &Settings,
    &Keys,
    &[(String, String)],
    &'a [u8],
    Option<SystemTime>,
) -> Result<VerifiedDelivery<Cow<'a, [u8]>>, VerifyError>;

impl AnyProvider {
    /// Returns a provider as a value. It can be one of yours.
    #[must_use]
    pub const fn of<P: Provider>() -> Self {
        Self {
            name: P::NAME,
            scheme: Verifier::<P>::SCHEME,
            event: P::EVENT,
            judge: |settings, keys, headers, body, now| {
                let verified = Verification::<P>::judge(settings, keys, headers, body, now)?;
                Ok(verified.into_delivery())
            },
        }
    }

    /// Returns all providers of this crate, in the order of their names in Rust.
    #[must_use]
    pub fn all() -> &'static [Self] {
        ALL
    }

    /// Returns the provider of this crate with this [name](Provider::NAME).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|provider| provider.name == name).copied()
    }

    /// Returns the name of the provider, such as `github`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the scheme with which the provider signs.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// Returns the places of an event's id and type.
    #[must_use]
    pub fn event(&self) -> &EventAt {
        &self.event
    }

    /// Returns whether the URL is signed. Such a provider needs [`AnyVerifier::url`] and
    /// [`AnySigning::url`].
    #[must_use]
    pub fn signs_url(&self) -> bool {
        self.scheme.__signs_url()
    }

    /// Makes a verifier for deliveries that are signed with any of these secrets.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a secret does not have the form that the provider's scheme requires.
    pub fn verifier(&self, secrets: impl Into<Secrets>) -> Result<AnyVerifier, ConfigError> {
        AnyVerifier::new(*self, &secrets.into())
    }

    /// Begins to sign a body as this provider would.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the secret does not have the form that the provider's scheme requires.
    pub fn signing(&self, secret: &Secret) -> Result<AnySigning<'static>, ConfigError> {
        AnySigning::new(*self, secret)
    }
}

impl fmt::Debug for AnyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyProvider").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn has_one_name_for_each_provider() {
        let names: BTreeSet<_> = AnyProvider::all().iter().map(AnyProvider::name).collect();
        assert_eq!(names.len(), AnyProvider::all().len());
        assert!(names.len() >= 27);
        assert!(AnyProvider::named("nobody").is_none());
    }

    #[test]
    fn verifies_the_deliveries_that_it_signs() -> Result<(), Box<dyn std::error::Error>> {
        let body = br#"{"id":"evt_1","type":"a","webhookTimestamp":1700000000000}"#;
        let now = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        for provider in AnyProvider::all() {
            // The key pair of RFC 8032, section 7.1, test 1.
            let (private, public) = if provider.name() == "standard-webhooks-ed25519" {
                (
                    "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=",
                    "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                )
            } else {
                ("c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0")
            };
            let url = "https://example.com/hook";
            let signing = provider.signing(&Secret::new(private)?)?.at(now).id("msg_1");
            let headers: Vec<_> = signing.url(url)?.sign(body)?.into_iter().collect();
            let verifier = provider.verifier(Secret::new(public)?)?.url(url)?;
            let verified = verifier.verify_at(now, &headers, body);
            assert_eq!(verified?.provider(), provider.name());
            assert!(verifier.verify_at(now, &headers, b"{}").is_err(), "{}", provider.name());
        }
        Ok(())
    }
}
