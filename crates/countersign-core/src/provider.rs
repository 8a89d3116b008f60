//! Who sends, and where the event's id and type are.

use crate::{ForeignHeaders, Scheme};

/// A platform that sends webhooks: a marker type that names how it signs.
///
/// A provider of your own has three constants. For a second endpoint of an existing provider,
/// implement [`EndpointOf`].
///
/// # Examples
///
/// ```
/// use countersign_core::{EventAt, Provider, Scheme, Secret, Signer, Verifier};
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
pub trait Provider: 'static {
    /// What logs and idempotency keys call it: lower case, without spaces.
    const NAME: &'static str;
    /// How it signs.
    const SCHEME: Scheme;
    /// The places of the event's id, type and data in a delivery: [`EventAt::ENVELOPE`] if they are
    /// the members `id`, `type` and `data` of the body, [`EventAt::OPEN`] if there are no such
    /// places.
    ///
    /// There is no default. Duplicates are recognised by their type and id: if the id is read from
    /// the wrong place, two events can look like one, and the second is lost.
    const EVENT: EventAt;
    /// The signature headers of other providers that it sends besides its own. They matter where
    /// both deliver to one endpoint.
    const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::NONE;
}

/// A second endpoint of a provider: a marker type of its own, so that the proofs of the two
/// endpoints cannot be mixed up.
///
/// The marker type is itself a [`Provider`]. It has the scheme of the original provider, and the
/// event's id, type and data in the same places. Its deliveries are read as events of the original
/// provider: `Webhook<github::Event, Eu>`.
///
/// # Examples
///
/// ```
/// use countersign_core::{EndpointOf, Provider, Secret, Signer, Verifier, providers::GitHub};
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
    /// The member that holds the JSON where the body is a URL-encoded form
    /// (`application/x-www-form-urlencoded`), or `None` where bodies are never forms.
    ///
    /// A signed body is read as a form only if it begins with this member and does not repeat it,
    /// whatever content type the request states: the content type is not signed. Other bodies are
    /// read as JSON.
    pub url_encoded: Option<&'static str>,
}

impl EventAt {
    /// The members `id`, `type` and `data` of the body.
    pub const ENVELOPE: Self = Self {
        id: Field::Body(&["id"]),
        event_type: Field::Body(&["type"]),
        data: Some("data"),
        within: None,
        url_encoded: None,
    };

    /// No id and no type: the whole body is data.
    pub const OPEN: Self = Self {
        id: Field::None,
        event_type: Field::None,
        data: None,
        within: None,
        url_encoded: None,
    };

    /// Fails the build for a provider whose id or type cannot be found.
    pub(crate) const fn checked(self) -> Self {
        assert!(!matches!(self.event_type, Field::BodyAll(_)), "a type is one text");
        assert!(self.event_type.members().len() <= MAX_NAMES, "at most 32 names of the type");
        assert!(self.id.members().len() <= MAX_NAMES, "at most 32 names of the id");
        self
    }
}

/// Where one fact about an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// In the first of these top-level members of the body that is text. At most 32 names.
    Body(&'static [&'static str]),
    /// In all of these top-level members of the body together: an id of several parts, such as a
    /// code and a reference. Each part is text or an integer. At most 32 names, and only for an id.
    ///
    /// Such an id has no single text: [`Delivery::id`](crate::Delivery::id) and the `id` of
    /// events are `None`, and [`Delivery::identity`](crate::Delivery::identity) returns the parts.
    BodyAll(&'static [&'static str]),
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
            Self::Body(_) | Self::BodyAll(_) | Self::SignedId => true,
            Self::UnsignedHeader(_) | Self::None => false,
        }
    }

    /// Returns the members of the body that can hold the field.
    pub(crate) const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Body(names) | Self::BodyAll(names) => names,
            Self::SignedId | Self::UnsignedHeader(_) | Self::None => &[],
        }
    }
}

/// Most names of one field: each name takes one bit of a `u32`.
pub(crate) const MAX_NAMES: usize = 32;
