//! Deliveries as a provider sends them.

use std::time::SystemTime;

use bytes::Bytes;
use countersign::{
    Secret, Signer,
    providers::{GitHub, StandardWebhooks, XWebhookSignature},
};
use http::{HeaderMap, HeaderName};

use crate::body;

/// The secret of every scheme that takes text.
pub const SECRET: &str = "a secret of thirty-two bytes, oh";

/// The secret of Standard Webhooks.
pub const STANDARD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A signed body, with its headers and those that every request has.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Delivery {
    /// Signs by the in-house convention: hex HMAC-SHA256 of the body.
    #[must_use]
    pub fn plain(size: usize) -> Self {
        let body = body(size);
        let signed = Signer::<XWebhookSignature>::new(text()).unwrap().sign(&body).unwrap();
        Self::new(&body, signed.iter())
    }

    /// Signs as GitHub does: the same with a prefix, and with an id and a type that are not signed.
    #[must_use]
    pub fn github(size: usize) -> Self {
        let body = body(size);
        let signed = Signer::<GitHub>::new(text()).unwrap().sign(&body).unwrap();
        let others = [("x-github-event", "push"), ("x-github-delivery", "72d3162e-cc78-11e3")];
        Self::new(&body, signed.iter().chain(others))
    }

    /// Signs by Standard Webhooks: base64 of HMAC-SHA256 of id, time and body. The signature is
    /// valid for five minutes.
    #[must_use]
    pub fn standard(size: usize) -> Self {
        let body = body(size);
        let signer =
            Signer::<StandardWebhooks>::new(Secret::new(STANDARD_SECRET).unwrap()).unwrap();
        let signed = signer.at(SystemTime::now()).id("msg_1").sign(&body).unwrap();
        Self::new(&body, signed.iter())
    }

    /// Puts the signature's headers between the headers that every request has.
    fn new<'a>(body: &[u8], signed: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let length = body.len().to_string();
        let before = [
            ("host", "127.0.0.1"),
            ("user-agent", "provider/1.0"),
            ("content-type", "application/json"),
        ];
        let owned = |(name, value): (&str, &str)| (name.to_lowercase(), value.to_owned());
        let after = [("accept", "*/*"), ("content-length", length.as_str())].map(owned);
        Self {
            headers: before.into_iter().chain(signed).map(owned).chain(after).collect(),
            body: Bytes::copy_from_slice(body),
        }
    }

    /// Returns the value of a header; empty if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(candidate, _)| candidate == name);
        found.map_or("", |(_, value)| value)
    }

    /// Removes a header.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(candidate, _)| candidate != name);
        self
    }

    /// Returns the headers as hyper holds them.
    #[must_use]
    pub fn header_map(&self) -> HeaderMap {
        let pair = |(name, value): &(String, String)| {
            (HeaderName::try_from(name).unwrap(), value.parse().unwrap())
        };
        self.headers.iter().map(pair).collect()
    }
}

/// Returns the secret as verifiers and signers take it.
pub(crate) fn text() -> Secret {
    Secret::new(SECRET).unwrap()
}
