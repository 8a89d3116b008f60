//! JSON that is kept as it came.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use crate::{PayloadError, event::json};

/// A JSON value kept as its text: for what a provider does not document, or what a type of yours
/// does not describe. It is not recursed into, however deep it is nested.
///
/// `Debug` shows its length, not the text.
///
/// # Examples
///
/// ```
/// use countersign_core::event::RawJson;
///
/// let raw: RawJson = serde_json::from_str(r#"{"model": "small"}"#)?;
/// assert_eq!(raw.as_str(), r#"{"model": "small"}"#);
///
/// #[derive(serde::Deserialize)]
/// struct Log<'a> { model: &'a str }
/// assert_eq!(raw.parse::<Log<'_>>()?.model, "small");
/// assert_eq!(serde_json::to_string(&[raw])?, r#"[{"model": "small"}]"#);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Keeps a text that was read as JSON before.
    pub(crate) fn new(json: &str) -> Self {
        Self(json.into())
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if it is not of this shape.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, PayloadError> {
        json::parse(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}

/// With serde_json, as the JSON value itself. Other formats get a structure that only serde_json
/// understands: give them [`as_str`](RawJson::as_str).
impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawJson").field("length", &self.as_str().len()).finish_non_exhaustive()
    }
}

/// An event whose type is not among those you listed, kept whole.
///
/// Answer it with 2xx: providers add types, and a refusal makes them retry or disable the
/// endpoint. `Debug` shows nothing of the payload.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The event's id.
    pub id: Option<String>,
    /// The event's type.
    pub event_type: String,
    /// The whole body.
    pub json: RawJson,
}

impl UnknownEvent {
    pub(crate) fn new(id: Option<String>, event_type: String, json: RawJson) -> Self {
        Self { id, event_type, json }
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent").field("json", &self.json).finish_non_exhaustive()
    }
}
