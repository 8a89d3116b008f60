//! Providers: the platforms that send webhooks.

use crate::{Scheme, event::EventAt, scheme::ForeignHeaders};

/// A marker type for a platform that sends webhooks. The type names the platform's scheme.
///
/// A provider of your own has three constants. For a second endpoint of an existing provider,
/// implement [`EndpointOf`].
///
/// # Examples
///
/// ```
/// use countersign::{Provider, Scheme, Secret, Signer, Verifier, event::EventAt};
///
/// struct Billing;
/// impl Provider for Billing {
///     const NAME: &'static str = "billing";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Billing-Signature"]).prefix("sha256=");
///     const EVENT: EventAt = EventAt::ENVELOPE;
/// }
///
/// let secret = Secret::new("shared")?;
/// let headers = Signer::<Billing>::new(secret.clone())?.sign(b"{}")?;
/// assert!(Verifier::<Billing>::new(secret)?.verify(&headers, b"{}").is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Guide: [your own provider][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/own_provider/index.html
pub trait Provider: 'static {
    /// The provider's name in logs and idempotency keys: lower case, without spaces.
    const NAME: &'static str;
    /// The scheme with which the provider signs.
    const SCHEME: Scheme;
    /// The places of the event's id, type and data in a delivery: [`EventAt::ENVELOPE`] if they are
    /// the members `id`, `type` and `data` of the body, [`EventAt::OPEN`] if an event has no id and
    /// no type.
    ///
    /// There is no default. Duplicates are recognised by their type and id: if the id is read from
    /// the wrong place, two events can have the same id, and the second is lost.
    const EVENT: EventAt;
    /// The signature headers of other providers that this provider sends in addition to its own.
    /// They are needed if both providers deliver to one endpoint.
    const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::NONE;
}

/// A marker type for a second endpoint of a provider, so that the proofs of the two endpoints
/// cannot be confused.
///
/// The marker type is itself a [`Provider`]. It has the scheme of the original provider, and the
/// event's id, type and data in the same places. Its deliveries are read as events of the original
/// provider: `Webhook<github::Event, Eu>`.
///
/// # Examples
///
/// ```
/// use countersign::{Provider, Secret, Signer, Verifier, providers::{EndpointOf, GitHub}};
///
/// struct Eu;
/// impl EndpointOf for Eu {
///     type Provider = GitHub;
///     const NAME: &'static str = "github-eu";
/// }
///
/// assert_eq!(Eu::EVENT, GitHub::EVENT);
///
/// let headers = Signer::<GitHub>::new(Secret::new("of the first")?)?.sign(b"{}")?;
/// assert!(Verifier::<Eu>::new(Secret::new("of the first")?)?.verify(&headers, b"{}").is_ok());
/// assert!(Verifier::<Eu>::new(Secret::new("of the second")?)?.verify(&headers, b"{}").is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait EndpointOf: 'static {
    /// The provider that sends to this endpoint.
    type Provider: Provider;
    /// The endpoint's name in logs and idempotency keys: lower case, without spaces.
    const NAME: &'static str;
}

impl<T: EndpointOf> Provider for T {
    const NAME: &'static str = T::NAME;
    const SCHEME: Scheme = T::Provider::SCHEME;
    const EVENT: EventAt = T::Provider::EVENT;
    const FOREIGN_HEADERS: ForeignHeaders = T::Provider::FOREIGN_HEADERS;
}
