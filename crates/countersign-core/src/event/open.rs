//! Events whose data is not described: only the places of the id and the type are known.

use std::{fmt, marker::PhantomData};

use crate::{
    Event, PayloadError, Provider,
    error::PayloadErrorKind,
    event::{Delivery, Location, RawJson, envelope_members::Members},
};

/// An event whose data is kept as the text of a JSON object.
///
/// The id and the type are read from the places that the provider's [`EVENT`](Provider::EVENT)
/// names.
///
/// `Debug` shows nothing of the payload.
///
/// # Security
///
/// If `P::EVENT` reads the id or the type from a header that is not signed, anyone who can replay a
/// delivery can change that value. Check that the payload fits the type, and do not detect replays
/// only by the id.
///
/// # Examples
///
/// ```
/// use countersign::{Event, Secret, Signer, Verifier, event::OpenEvent, providers::SpeakNode};
///
/// let secret = Secret::new("key")?;
/// let body = br#"{"event":"SessionStarted","agent":{"id":"a_1"}}"#;
/// let headers = Signer::<SpeakNode>::new(secret.clone())?.sign(body)?;
/// let verified = Verifier::<SpeakNode>::new(secret)?.verify(&headers, body)?;
///
/// let event = OpenEvent::<SpeakNode>::parse(&verified.delivery(&headers))?;
/// assert_eq!(event.event_type.as_deref(), Some("SessionStarted"));
///
/// #[derive(serde::Deserialize)]
/// struct Session<'a> { #[serde(borrow)] agent: Agent<'a> }
/// #[derive(serde::Deserialize)]
/// struct Agent<'a> { id: &'a str }
/// assert_eq!(event.json.parse::<Session<'_>>()?.agent.id, "a_1");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct OpenEvent<P> {
    /// The event's id: text, or an integer as its digits.
    pub id: Option<String>,
    /// The event's type. `None` only for a provider whose events have no type.
    pub event_type: Option<String>,
    /// The whole body, an object.
    pub json: RawJson,
    provider: PhantomData<fn() -> P>,
}

impl<P: Provider> Event for OpenEvent<P> {
    type Provider = P;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let text = delivery.text()?;
        let members = Members::of(delivery.at(), text)?.with_one_type()?;
        let of_body = |found: Option<(usize, _)>| found.map(|(_, text)| text);
        let id = delivery.header_id().map(Into::into).or(of_body(members.id));
        let event_type = delivery.header_type().map(Into::into).or(of_body(members.event_type));
        if event_type.is_none() && delivery.at().event_type != Location::None {
            return Err(PayloadErrorKind::MissingType.into());
        }
        Ok(Self {
            id: id.map(|id| id.into_owned()),
            event_type: event_type.map(|event_type| event_type.into_owned()),
            json: RawJson::new(text.trim_ascii()),
            provider: PhantomData,
        })
    }
}

impl<P> Clone for OpenEvent<P> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            event_type: self.event_type.clone(),
            json: self.json.clone(),
            provider: PhantomData,
        }
    }
}

impl<P: Provider> fmt::Debug for OpenEvent<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenEvent")
            .field("provider", &P::NAME)
            .field("json", &self.json)
            .finish_non_exhaustive()
    }
}
