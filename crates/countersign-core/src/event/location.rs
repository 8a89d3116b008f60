//! Locations of an event's id, type and data.

/// The locations of an event's id, type and data.
///
/// Begin with [`ENVELOPE`](Self::ENVELOPE) or [`OPEN`](Self::OPEN), and change the locations that
/// differ.
///
/// # Examples
///
/// ```
/// use countersign::event::{EventAt, Location};
///
/// const AT: EventAt = EventAt::ENVELOPE.id(Location::Body(&["event_id"])).data("payload");
/// assert_eq!(AT.event_type, Location::Body(&["type"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventAt {
    /// The event's id.
    pub id: Location,
    /// The event's type.
    pub event_type: Location,
    /// The event's action, such as `opened` for the type `pull_request`. It can only be in the
    /// body. Most providers have no action.
    pub action: Location,
    /// The member of the body that holds the event's data, or `None` if the whole body is the data.
    pub data: Option<&'static str>,
    /// The member of the body that holds the id, the type and the data, or `None` if the body
    /// itself holds them.
    pub within: Option<&'static str>,
    /// The member that holds the JSON if the body is a URL-encoded form
    /// (`application/x-www-form-urlencoded`), or `None` if bodies are never forms.
    ///
    /// A signed body is read as a form only if it begins with this member and does not repeat it.
    /// Other bodies are read as JSON. The `Content-Type` of the request is ignored, because it is
    /// not signed.
    pub url_encoded: Option<&'static str>,
    /// The types of signed deliveries that check the endpoint, such as Slack's `url_verification`.
    /// They are not events: the provider needs the answer of the handler at once, so an inbox does
    /// not keep them.
    pub handshakes: &'static [&'static str],
}

impl EventAt {
    /// The members `id`, `type` and `data` of the body.
    pub const ENVELOPE: Self = Self {
        id: Location::Body(&["id"]),
        event_type: Location::Body(&["type"]),
        action: Location::None,
        data: Some("data"),
        within: None,
        url_encoded: None,
        handshakes: &[],
    };

    /// No id and no type: the whole body is data.
    pub const OPEN: Self = Self {
        id: Location::None,
        event_type: Location::None,
        action: Location::None,
        data: None,
        within: None,
        url_encoded: None,
        handshakes: &[],
    };

    /// Sets the location of the event's id.
    #[must_use]
    pub const fn id(self, id: Location) -> Self {
        Self { id, ..self }
    }

    /// Sets the location of the event's type.
    #[must_use]
    pub const fn event_type(self, event_type: Location) -> Self {
        Self { event_type, ..self }
    }

    /// Sets the location of the event's action: [`Location::Body`] or [`Location::None`]. A
    /// verifier for any other location does not compile.
    #[must_use]
    pub const fn action(self, action: Location) -> Self {
        Self { action, ..self }
    }

    /// Sets the member that holds the event's data.
    #[must_use]
    pub const fn data(self, member: &'static str) -> Self {
        Self { data: Some(member), ..self }
    }

    /// Takes the whole body as the event's data.
    #[must_use]
    pub const fn whole_body(self) -> Self {
        Self { data: None, ..self }
    }

    /// Sets the member that holds the id, the type and the data.
    #[must_use]
    pub const fn within(self, member: &'static str) -> Self {
        Self { within: Some(member), ..self }
    }

    /// Sets the member that holds the JSON of a URL-encoded form.
    #[must_use]
    pub const fn url_encoded(self, member: &'static str) -> Self {
        Self { url_encoded: Some(member), ..self }
    }

    /// Sets the types of signed deliveries that check the endpoint.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Provider, event::EventAt, providers::Slack};
    ///
    /// const AT: EventAt = EventAt::ENVELOPE.handshakes(&["endpoint.check"]);
    /// assert_eq!(AT.handshakes, ["endpoint.check"]);
    /// assert_eq!(Slack::EVENT.handshakes, ["url_verification"]);
    /// ```
    #[must_use]
    pub const fn handshakes(self, types: &'static [&'static str]) -> Self {
        Self { handshakes: types, ..self }
    }

    /// Fails the build if the id, the type or the action cannot be read from its location.
    pub(crate) const fn checked(self) -> Self {
        assert!(
            !matches!(self.event_type, Location::BodyAll(_)),
            "the type of an event cannot be at `Location::BodyAll`: use `Location::Body`"
        );
        assert!(
            matches!(self.action, Location::Body(_) | Location::None),
            "the action of an event must be at `Location::Body` or `Location::None`"
        );
        assert!(self.action.members().len() <= MAX_NAMES, "at most 32 names of the action");
        assert!(self.event_type.members().len() <= MAX_NAMES, "at most 32 names of the type");
        assert!(self.id.members().len() <= MAX_NAMES, "at most 32 names of the id");
        self
    }
}

/// The location of an event's id or type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// In the first of these members that is text (or, for an id, an integer). They are members of
    /// the body, or of the member [`EventAt::within`] if it is set. At most 32 names.
    Body(&'static [&'static str]),
    /// In all of these members together: an id of several parts, such as a code and a reference.
    /// Each part is text or an integer. At most 32 names, and only for an id.
    ///
    /// Such an id has no single text: [`Delivery::id`](crate::event::Delivery::id) and the `id` of
    /// events are `None`, and [`Delivery::identity`](crate::event::Delivery::identity) returns the
    /// parts.
    BodyAll(&'static [&'static str]),
    /// In the header that the scheme signs as the delivery's id.
    SignedId,
    /// In a header that is not signed: anyone who replays a delivery can change it.
    UnsignedHeader(&'static str),
    /// No location: the provider's events do not have this value.
    None,
}

impl Location {
    /// Returns whether the signature covers this location.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        match self {
            Self::Body(_) | Self::BodyAll(_) | Self::SignedId => true,
            Self::UnsignedHeader(_) | Self::None => false,
        }
    }

    /// Returns the members of the body that can hold the value.
    pub(crate) const fn members(self) -> &'static [&'static str] {
        match self {
            Self::Body(names) | Self::BodyAll(names) => names,
            Self::SignedId | Self::UnsignedHeader(_) | Self::None => &[],
        }
    }
}

/// Greatest number of names of one location: each name takes one bit of a `u32`.
pub(crate) const MAX_NAMES: usize = 32;
