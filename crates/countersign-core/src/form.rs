//! The forms in which providers sign a body.

use crate::{JsonDumps, reserialize, url_encoded};

/// The form of a body that its signature is over.
///
/// Most providers sign the bytes that they send. Some sign what their language's JSON library
/// writes for the data, and send other bytes: then only that text verifies, and it is what the
/// handler gets, because it is what was signed.
///
/// # Security
///
/// A verifier that accepts a form besides the wire's accepts every body that *spells the same data
/// otherwise*: other white space, other escapes, `1.0` for `1.00`. Whoever has a genuine delivery
/// can re-spell it, and nothing else: without the secret no other data is signed, and the handler
/// gets the one spelling that is. What the re-spelling hides:
///
/// - **Repeated keys.** Of `{"a":1,"a":2}` both languages keep the last; the handler gets
///   `{"a":2}`, never the other.
/// - **Precision.** JavaScript reads numbers as doubles: `9007199254740993` and
///   `9007199254740992` are one number to it, and to a signature over its form. Do not opt in where
///   long integers matter (ids as numbers).
/// - **Order.** With [`JsonDumps::sort_keys`], and for JavaScript's integer-like keys, members that
///   came in another order are the same.
///
/// For a [member of a form](Self::UrlEncodedMember), what is hidden is the form around it: its other
/// members, which nobody signed and which the handler does not get.
///
/// A forged delivery costs a pass over its JSON and a MAC for each form. A parser runs before the
/// verdict then: it is iterative, and bounded in depth (512 levels), time and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// The bytes as they came over the wire.
    Wire,
    /// What CPython 3.11 and later writes for `json.dumps(json.loads(body))`.
    Python(JsonDumps),
    /// What Node.js 20 and later writes for `JSON.stringify(JSON.parse(body))`.
    JavaScript,
    /// The JSON in this member of a URL-encoded form (`application/x-www-form-urlencoded`). The
    /// member is the first of the form, and occurs once.
    ///
    /// It is for providers that sign the JSON and send it within a form, as
    /// [`Gitea`](crate::providers::gitea) can. Where the form itself was signed, see
    /// [`EventAt::url_encoded`](crate::EventAt::url_encoded).
    UrlEncodedMember(&'static str),
}

impl Form {
    /// Returns the most bytes of a text for each byte of the body. A test of `reserialize` pins it.
    pub(crate) fn growth(&self) -> usize {
        match self {
            Self::Wire | Self::UrlEncodedMember(_) => 1,
            Self::Python(_) | Self::JavaScript => 6,
        }
    }

    /// Spells a body in this form.
    ///
    /// `None` if the language refuses the body, if it begins with a byte order mark or is not
    /// UTF-8 (the languages guess at other encodings; we do not), if it is nested more than 512 levels
    /// deep, or if it is not a form that begins with the member. The text is at most six times as long
    /// as the body; while it is written, at most 32 times the body's length is allocated.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Form, JsonDumps};
    ///
    /// let body = r#"{"b":"Zoë","a":1.50,"b":1e5}"#.as_bytes();
    /// let python = Form::Python(JsonDumps::DEFAULT).spell(body);
    /// assert_eq!(python.as_deref(), Some(&br#"{"b": 100000.0, "a": 1.5}"#[..]));
    /// let javascript = Form::JavaScript.spell(body);
    /// assert_eq!(javascript.as_deref(), Some(&br#"{"b":100000,"a":1.5}"#[..]));
    /// assert_eq!(Form::JavaScript.spell(b"NaN"), None);
    ///
    /// let member = Form::UrlEncodedMember("payload").spell(b"payload=%7B%22a%22%3A1%7D");
    /// assert_eq!(member.as_deref(), Some(&br#"{"a":1}"#[..]));
    /// ```
    #[must_use]
    pub fn spell(&self, body: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Wire => Some(body.to_vec()),
            Self::Python(dumps) => reserialize::python(str::from_utf8(body).ok()?, *dumps),
            Self::JavaScript => reserialize::javascript(str::from_utf8(body).ok()?),
            Self::UrlEncodedMember(name) => url_encoded::member(body, name),
        }
    }
}
