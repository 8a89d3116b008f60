//! The answer of a page.

use std::{fmt, pin::Pin};

use bytes::Bytes;
use futures_util::Stream;

/// An answer of the console, without types of a framework.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header fields. Each value is visible ASCII.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Body,
}

/// The body of an answer.
pub enum Body {
    /// Bytes.
    Bytes(Bytes),
    /// Events that are sent while the page is open.
    Events(Events),
}

/// A stream of server-sent events.
pub type Events = Pin<Box<dyn Stream<Item = Bytes> + Send>>;

impl Response {
    /// Makes an answer with a body of this type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body: Body::Bytes(body.into()) }
    }

    pub(crate) fn html(status: u16, html: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", html)
    }

    /// Sends the browser to another page, after an action.
    pub(crate) fn see_other(location: String) -> Self {
        Self::new(303, "text/plain; charset=utf-8", "").with("location", location)
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Returns the value of a header field.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| &**value)
    }

    /// Returns the body as text; empty for a stream of events.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.body {
            Body::Bytes(bytes) => str::from_utf8(bytes).unwrap_or_default(),
            Body::Events(_) => "",
        }
    }

    /// Adds the header fields that every answer has.
    ///
    /// Only elements with the nonce of this answer are loaded as style and script. Nothing is
    /// framed, and nothing else is loaded. A cache keeps only the style and the script.
    pub(crate) fn secured(mut self, nonce: &str) -> Self {
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        self.headers.push(("content-security-policy", policy));
        if self.header("cache-control").is_none() {
            self.headers.push(("cache-control", "no-store".to_owned()));
        }
        let constants = SECURITY.iter().map(|(name, value)| (*name, (*value).to_owned()));
        self.headers.extend(constants);
        self
    }
}

/// With `no-referrer`, browsers would send `Origin: null` with forms.
const SECURITY: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-robots-tag", "noindex, nofollow"),
];

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(&bytes.len()).finish(),
            Self::Events(_) => f.write_str("Events(..)"),
        }
    }
}
