//! The name of an event: its type, and its action if it has one.

use std::{borrow::Cow, fmt};

use crate::{
    PayloadError,
    error::PayloadErrorKind,
    event::{Delivery, EventAt, Location, envelope_members::Members},
};

/// The type of an event, and its action if it has one: `pull_request` and `opened`.
///
/// [`Delivery::name`] returns one. `Display` writes `pull_request.opened`. `Debug` shows nothing of
/// the payload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventName<'a> {
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// The action, if the provider has one for this type.
    pub action: Option<Cow<'a, str>>,
}

impl<'a> EventName<'a> {
    /// Reads the name of a delivery, in one pass over its body if the body holds a part of it.
    pub(super) fn of(delivery: &'a Delivery<'_>) -> Result<Self, PayloadError> {
        let EventAt { event_type, action, within, .. } = *delivery.at();
        // The action takes the place of the id, because both are one text of the body.
        let at = EventAt { event_type, id: action, within, ..EventAt::OPEN };
        if let Some(event_type) = delivery.header_type() {
            let members = match action {
                Location::Body(_) => delivery.text().and_then(|text| Members::of(&at, text)),
                _ => Ok(Members::default()),
            };
            let action = members.ok().and_then(|members| members.id);
            let action = action.map(|(_, action)| action);
            return Ok(Self { event_type: Cow::Borrowed(event_type), action });
        }
        if !matches!(event_type, Location::Body(_)) {
            return Err(PayloadErrorKind::MissingType.into());
        }
        let members = Members::of(&at, delivery.text()?)?.with_one_type()?;
        let (_, event_type) = members.event_type.ok_or(PayloadErrorKind::MissingType)?;
        Ok(Self { event_type, action: members.id.map(|(_, action)| action) })
    }
}

impl fmt::Display for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event_type)?;
        match &self.action {
            Some(action) => write!(f, ".{action}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventName").finish_non_exhaustive()
    }
}
