//! The request of a delivery, as an inbox keeps it.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::StoredDelivery;

/// A verified delivery, and the parts of its request that handlers need later: the path, the
/// `Content-Type` and the trace context.
///
/// It implements serde's traits. [`to_json`](Self::to_json) and [`from_json`](Self::from_json) are
/// the format in which engines keep it; its member `delivery` is a [`StoredDelivery`].
///
/// # Security
///
/// It holds the payload in plain text, and the signature: see [`StoredDelivery`].
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use countersign::{Secret, Signer, Verifier, inbox::StoredRequest, providers::GitHub};
///
/// let secret = Secret::new("key")?;
/// let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
/// let verified = Verifier::<GitHub>::new(secret)?.verify(&headers, b"{}")?;
///
/// let stored = verified.to_stored(&headers, SystemTime::now());
/// let request = StoredRequest::new("/github", stored).content_type(Some("application/json"));
/// let read = StoredRequest::from_json(&request.to_json())?;
/// assert_eq!(read, request);
/// assert_eq!((read.path(), &read.body()[..]), ("/github", &b"{}"[..]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRequest {
    path: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<Box<str>>,
    delivery: StoredDelivery,
}

impl StoredRequest {
    /// Makes the request of a delivery that came to `path`.
    #[must_use]
    pub fn new(path: &str, delivery: StoredDelivery) -> Self {
        Self { path: path.into(), content_type: None, traceparent: None, delivery }
    }

    /// Sets the value of the field `Content-Type`. A value of more than 1,000 bytes is dropped.
    #[must_use]
    pub fn content_type(self, content_type: Option<&str>) -> Self {
        let content_type = content_type.filter(|text| text.len() <= 1000).map(Box::from);
        Self { content_type, ..self }
    }

    /// Sets the value of the field `traceparent` (W3C Trace Context), so that the attempts can be
    /// connected with the trace of the receipt. A value of another form is dropped.
    #[must_use]
    pub fn traceparent(self, traceparent: Option<&str>) -> Self {
        let traceparent = traceparent.filter(|text| is_traceparent(text)).map(Box::from);
        Self { traceparent, ..self }
    }

    /// Returns the verified delivery.
    #[must_use]
    pub fn delivery(&self) -> &StoredDelivery {
        &self.delivery
    }

    /// Returns the path at which the delivery arrived, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the value of the field `Content-Type`.
    #[must_use]
    pub fn get_content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the value of the field `traceparent`.
    #[must_use]
    pub fn get_traceparent(&self) -> Option<&str> {
        self.traceparent.as_deref()
    }

    /// Returns the signed bytes.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        self.delivery.body()
    }

    /// Writes the request as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Serializing to memory fails only for maps whose keys are not text. This type has no map.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads a request that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not such a request, or if its format has a version that this
    /// release does not know.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }
}

/// Returns true for `00-` and so on: four groups of lower-case hexadecimal digits, of 2, 32, 16 and
/// 2 digits. The text comes from the sender, and is not signed.
fn is_traceparent(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == 55
        && text.bytes().enumerate().all(|(place, byte)| match place {
            2 | 35 | 52 => byte == b'-',
            _ => is_hex(byte),
        })
}
