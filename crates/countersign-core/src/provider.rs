//! Who sends, and where the event's id and type are.

use crate::Scheme;

/// A platform that sends webhooks: a marker type that names how it signs.
///
/// Two constants make a provider of your own; a second endpoint of one provider is another marker
/// with the same scheme, so that the proofs of the two cannot be mixed up.
///
/// # Examples
///
/// ```
/// use countersign_core::{Provider, Scheme, Secret, Signer, Verifier, providers::XWebhookSignature};
///
/// struct Billing;
/// impl Provider for Billing {
///     const NAME: &'static str = "billing";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Billing-Signature"]).prefix("sha256=");
/// }
///
/// struct Eu;
/// impl Provider for Eu {
///     const NAME: &'static str = "eu";
///     const SCHEME: Scheme = XWebhookSignature::SCHEME;
/// }
///
/// let secret = Secret::new("shared")?;
/// let headers = Signer::<Billing>::new(secret.clone())?.sign(b"{}")?;
/// assert!(Verifier::<Billing>::new(secret.clone())?.verify(&headers, b"{}").is_ok());
/// assert!(Verifier::<Eu>::new(secret)?.verify(&headers, b"{}").is_err());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait Provider: 'static {
    /// What logs and idempotency keys call it: lower case, without spaces.
    const NAME: &'static str;
    /// How it signs.
    const SCHEME: Scheme;
    /// Where its deliveries tell the event's id, type and data. Default: the members `id`, `type`
    /// and `data` of the body.
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// Where a delivery tells the event's id, type and data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventAt {
    /// The event's id.
    pub id: Field,
    /// The event's type.
    pub event_type: Field,
    /// The member of the body that holds the event's data, or `None` where the whole body does.
    pub data: Option<&'static str>,
    /// The member of the body that holds all of these, or `None` where the body itself does.
    pub within: Option<&'static str>,
}

impl EventAt {
    /// The members `id`, `type` and `data` of the body.
    pub const ENVELOPE: Self = Self {
        id: Field::Body(&["id"]),
        event_type: Field::Body(&["type"]),
        data: Some("data"),
        within: None,
    };

    /// No id and no type: the whole body is data.
    pub const OPEN: Self =
        Self { id: Field::None, event_type: Field::None, data: None, within: None };
}

/// Where one fact about an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// In the first of these top-level members of the body that is text. At most 32 names.
    Body(&'static [&'static str]),
    /// In the header that the scheme signs as the delivery's id.
    SignedId,
    /// In a header that is not signed: whoever replays a delivery can change it.
    UnsignedHeader(&'static str),
    /// Nowhere.
    None,
}

impl Field {
    /// Whether the signature covers it.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        match self {
            Self::Body(_) | Self::SignedId => true,
            Self::UnsignedHeader(_) | Self::None => false,
        }
    }
}
