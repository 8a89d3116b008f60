//! A verified delivery, from which an event is parsed.

use std::{borrow::Cow, fmt};

use serde::de::DeserializeOwned;

use crate::{
    HeaderSource, PayloadError,
    event::{EventAt, EventName, Identity, Location, data, envelope_members::Members, json},
    headers::{Occurrence, single},
    url_encoded,
};

/// The verified bytes of a delivery, with the event's id and type if they are in headers.
///
/// [`Verified::delivery`](crate::adapter::VerifiedDelivery::delivery) makes one.
#[derive(Clone)]
pub struct Delivery<'a> {
    body: &'a [u8],
    /// The JSON in the body, if the body is a URL-encoded form.
    within_form: Option<Vec<u8>>,
    // Borrowed from the provider unless the caller gives others, because a copy is long.
    at: Cow<'static, EventAt>,
    id: Option<&'a str>,
    event_type: Option<&'a str>,
}

impl<'a> Delivery<'a> {
    #[inline]
    pub(crate) fn new<H: HeaderSource + ?Sized>(
        body: &'a [u8],
        at: Cow<'static, EventAt>,
        signed_id: Option<&'a str>,
        headers: &'a H,
    ) -> Self {
        let from_header = |field| match field {
            Location::SignedId => signed_id,
            Location::UnsignedHeader(name) => match single(headers, name) {
                Occurrence::Once(value) => str::from_utf8(value).ok(),
                Occurrence::Absent | Occurrence::Repeated => None,
            },
            Location::Body(_) | Location::BodyAll(_) | Location::None => None,
        };
        let within_form = at.url_encoded.and_then(|name| url_encoded::member(body, name));
        let (id, event_type) = (from_header(at.id), from_header(at.event_type));
        Self { body, within_form, at, id, event_type }
    }

    /// Returns the bytes that were signed.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.body
    }

    /// Returns the JSON text of the event: the signed bytes, or the member [`EventAt::url_encoded`]
    /// of a signed form.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the text is not UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let secret = Secret::new("key")?;
    /// let body = b"payload=%7B%22action%22%3A%22opened%22%7D";
    /// let headers = Signer::<GitHub>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<GitHub>::new(secret)?.verify(&headers, body)?;
    ///
    /// let delivery = verified.delivery(&headers);
    /// assert_eq!(delivery.text()?, r#"{"action":"opened"}"#);
    /// assert_eq!(delivery.bytes(), body);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self) -> Result<&str, PayloadError> {
        json::text(self.within_form.as_deref().unwrap_or(self.body))
    }

    /// Returns the event's id: text, or an integer as its digits. Returns `None` if there is no id,
    /// if it consists of several members, or if the body that should hold it is not a JSON object.
    ///
    /// If the id is in the body, [`OpenEvent`](crate::event::OpenEvent) and
    /// [`Envelope`](crate::event::Envelope) have the same id.
    #[must_use]
    pub fn id(&self) -> Option<Cow<'_, str>> {
        match self.at.id {
            Location::Body(_) => {
                // The rest of the envelope is not checked.
                let at = EventAt { id: self.at.id, within: self.at.within, ..EventAt::OPEN };
                let members = Members::of(&at, self.text().ok()?).ok()?;
                members.id.map(|(_, id)| id)
            }
            Location::SignedId | Location::UnsignedHeader(_) => self.id.map(Cow::Borrowed),
            Location::BodyAll(_) | Location::None => None,
        }
    }

    /// Returns the event's type. Returns `None` if there is no type, if its location is not known,
    /// if it is repeated, or if the body that should hold it is not a JSON object.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::Stripe};
    ///
    /// let secret = Secret::new("whsec_abc123")?;
    /// let body = br#"{"id":"evt_1","type":"invoice.paid"}"#;
    /// let headers = Signer::<Stripe>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<Stripe>::new(secret)?.verify(&headers, body)?;
    /// assert_eq!(verified.delivery(&headers).event_type().as_deref(), Some("invoice.paid"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn event_type(&self) -> Option<Cow<'_, str>> {
        match self.at.event_type {
            Location::Body(_) => {
                let EventAt { event_type, within, .. } = *self.at;
                let at = EventAt { event_type, within, ..EventAt::OPEN };
                let members = Members::of(&at, self.text().ok()?).ok()?;
                members.with_one_type().ok()?.event_type.map(|(_, event_type)| event_type)
            }
            Location::SignedId | Location::UnsignedHeader(_) => self.event_type.map(Cow::Borrowed),
            Location::BodyAll(_) | Location::None => None,
        }
    }

    /// Returns the type of the event, and its action if it has one.
    ///
    /// The body is read only if it can hold the type or the action. Reading can stop after these
    /// members, so the rest of the body is not always checked. If the type is in a header, and the
    /// body is not a JSON object, the name has no action. If the action is repeated, the last one
    /// counts.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the type is missing, repeated or not text, or if the body that should
    /// hold it is not a JSON object.
    ///
    /// # Security
    ///
    /// If the type is in a header that is not signed, anyone who can replay a delivery can change
    /// it. The action is always signed.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let secret = Secret::new("key")?;
    /// let body = br#"{"action":"opened","number":1}"#;
    /// let signed = Signer::<GitHub>::new(secret.clone())?.sign(body)?;
    /// let mut headers: Vec<_> = signed.into_iter().collect();
    /// headers.push(("X-GitHub-Event".to_owned(), "pull_request".to_owned()));
    /// let verified = Verifier::<GitHub>::new(secret)?.verify(&headers, body)?;
    ///
    /// let delivery = verified.delivery(&headers);
    /// let name = delivery.name()?;
    /// assert_eq!((&*name.event_type, name.action.as_deref()), ("pull_request", Some("opened")));
    /// assert_eq!(name.to_string(), "pull_request.opened");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn name(&self) -> Result<EventName<'_>, PayloadError> {
        EventName::of(self)
    }

    /// Reads the event's data: the member [`EventAt::data`], or the whole body if `EventAt::data`
    /// is `None`. Absent data counts as `null`: if `T` is an `Option`, it is `None`. The event's
    /// type is not read.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is not UTF-8 JSON, if the data does not fit `T`, or if the body
    /// that should have the data as a member is not an object.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::XWebhookSignature};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Invoice { total: u64 }
    ///
    /// let secret = Secret::new("key")?;
    /// let body = br#"{"type":"invoice.paid","data":{"total":12}}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    /// assert_eq!(verified.delivery(&headers).data::<Invoice>()?.total, 12);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, PayloadError> {
        data::read(self)
    }

    /// Returns the type and the id of the event, read in one pass over the body.
    ///
    /// Returns `None` in these cases:
    ///
    /// - there is no id, or the id is empty;
    /// - the id consists of several members, and one of them is missing;
    /// - a member of the id or of the type occurs twice: two parsers of the body may use different
    ///   values.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Provider, Secret, Signer, Verifier, event::{EventAt, EventId, Location},
    /// };
    /// use countersign::providers::XWebhookSignature;
    ///
    /// let secret = Secret::new("key")?;
    /// let body = br#"{"type":"payment","code":"CAPTURE","reference":7914}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    ///
    /// let id = Location::BodyAll(&["code", "reference"]);
    /// let at = XWebhookSignature::EVENT.id(id);
    /// let delivery = verified.delivery_at(&headers, at);
    /// let identity = delivery.identity().ok_or("a field is missing")?;
    /// assert_eq!(identity.event_type.as_deref(), Some("payment"));
    /// assert_eq!(identity.id, EventId::Fields(vec!["CAPTURE".into(), "7914".into()]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> Option<Identity<'_>> {
        Identity::of(self)
    }

    pub(crate) fn at(&self) -> &EventAt {
        &self.at
    }

    pub(crate) fn header_id(&self) -> Option<&'a str> {
        self.id
    }

    pub(crate) fn header_type(&self) -> Option<&'a str> {
        self.event_type
    }
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("length", &self.body.len()).finish_non_exhaustive()
    }
}
