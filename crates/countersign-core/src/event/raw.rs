//! JSON that is kept as text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use crate::{PayloadError, event::json};

/// A JSON value that is kept as text.
///
/// Use it for data that the provider does not document, or that your types do not describe. The
/// value may be nested to any depth, because the text is kept without recursion.
///
/// `Debug` shows the length, not the text.
///
/// # Examples
///
/// ```
/// use countersign::event::RawJson;
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
    /// Keeps a text that is known to be JSON.
    pub(crate) fn new(json: &str) -> Self {
        Self(json.into())
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses the text.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the text does not fit `T`.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, PayloadError> {
        json::parse(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self(raw.into()))
    }
}

/// With serde_json, writes the JSON value, not a string. Other formats would get a structure that
/// only serde_json understands: for these formats, serialize the text of
/// [`as_str`](RawJson::as_str) instead.
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

/// An event of a type that you did not list, kept whole.
///
/// Answer it with 2xx: providers add types, and a rejection makes them retry or disable the
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
