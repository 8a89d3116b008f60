//! A second, independent description of how each provider signs. It can make deliveries that no
//! signer makes.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{Secret, Signer, providers::XWebhookSignature};

/// A provider's way of signing.
pub(crate) struct Shape {
    /// The name of the signature header.
    pub(crate) header: &'static str,
    pub(crate) encoding: Encoding,
    pub(crate) layout: Layout,
    pub(crate) time: Time,
    /// Set if the time is in milliseconds, not in seconds.
    pub(crate) milliseconds: bool,
    /// The tolerance of the time, in seconds.
    pub(crate) tolerance: u64,
    /// The name of the header with the signed id.
    pub(crate) id: Option<&'static str>,
    /// Returns the signed bytes.
    pub(crate) signed: fn(&Said) -> Vec<u8>,
    /// Decodes a secret's text into the key.
    pub(crate) key: fn(&str) -> Vec<u8>,
    /// The endpoint's secret, and the secret of another endpoint.
    pub(crate) secrets: [&'static str; 2],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Hex,
    Base64,
}

#[derive(Clone, Copy)]
pub(crate) enum Layout {
    Plain,
    Prefix(&'static str),
    List { separator: &'static str, assign: &'static str, key: &'static str },
}

#[derive(Clone, Copy)]
pub(crate) enum Time {
    None,
    Header(&'static str),
    Entry(&'static str),
    Member(&'static str),
}

/// The parts of a delivery that a scheme may sign.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) time: String,
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

/// A delivery as it arrives, with the URL that its receiver has configured.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) url: String,
}

pub(crate) const URL: &str = "https://example.com/hooks/1";

impl Shape {
    /// A delivery to sign now, with a body as JavaScript writes it: Zoom's library does not verify
    /// other bodies.
    pub(crate) fn said(&self) -> Said {
        self.said_with(r#"{"id":"evt_1","event":"user.created","data":{"name":"Zoë"}}"#.as_bytes())
    }

    /// A delivery of this body, to sign now.
    pub(crate) fn said_with(&self, body: &[u8]) -> Said {
        let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk".to_owned();
        let time = self.time_text(now());
        Said { body: self.stamped(body, &time), time, id, url: URL.to_owned() }
    }

    pub(crate) fn time_text(&self, seconds: u64) -> String {
        (if self.milliseconds { seconds * 1000 } else { seconds }).to_string()
    }

    /// Writes the time into the body, if the scheme has it there.
    pub(crate) fn stamped(&self, body: &[u8], time: &str) -> Vec<u8> {
        match (self.time, body) {
            (Time::Member(name), [b'{', rest @ ..]) => {
                [format!(r#"{{"{name}":{time},"#).as_bytes(), rest].concat()
            }
            _ => body.to_vec(),
        }
    }

    /// Returns the tag's text.
    pub(crate) fn tag(&self, said: &Said) -> String {
        self.tag_over(&(self.key)(self.secrets[0]), &(self.signed)(said))
    }

    pub(crate) fn tag_over(&self, key: &[u8], signed: &[u8]) -> String {
        let hex = hmac_hex(key, signed);
        match self.encoding {
            Encoding::Hex => hex,
            Encoding::Base64 => STANDARD.encode(hex::decode(hex).unwrap_or_default()),
        }
    }

    /// Returns the signature header's value, with these tags.
    pub(crate) fn value(&self, time: Option<&str>, tags: &[&str]) -> String {
        match self.layout {
            Layout::Plain => tags.concat(),
            Layout::Prefix(prefix) => format!("{prefix}{}", tags.concat()),
            Layout::List { separator, assign, key } => {
                let mut entries = Vec::new();
                if let (Time::Entry(name), Some(time)) = (self.time, time) {
                    entries.push(format!("{name}{assign}{time}"));
                }
                entries.extend(tags.iter().map(|tag| format!("{key}{assign}{tag}")));
                entries.join(separator)
            }
        }
    }

    /// Makes a delivery with this signature.
    pub(crate) fn delivery(&self, said: &Said, value: String) -> Delivery {
        let mut headers = vec![(self.header.to_owned(), value)];
        if let Time::Header(name) = self.time {
            headers.push((name.to_owned(), said.time.clone()));
        }
        if let Some(name) = self.id {
            headers.push((name.to_owned(), said.id.clone()));
        }
        Delivery { headers, body: said.body.clone(), url: URL.to_owned() }
    }

    /// Makes a delivery with this tag.
    pub(crate) fn tagged(&self, said: &Said, tag: &str) -> Delivery {
        self.delivery(said, self.value(Some(&said.time), &[tag]))
    }

    /// Makes a genuine delivery.
    pub(crate) fn genuine(&self) -> Delivery {
        let said = self.said();
        self.tagged(&said, &self.tag(&said))
    }

    /// Returns the secret's text as the key.
    pub(crate) fn text(secret: &str) -> Vec<u8> {
        secret.into()
    }

    /// Decodes the key, which is base64 behind `whsec_`.
    pub(crate) fn whsec(secret: &str) -> Vec<u8> {
        STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default()
    }

    /// Returns the body, the only signed part.
    pub(crate) fn body(said: &Said) -> Vec<u8> {
        said.body.clone()
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// Makes an HMAC of any bytes, with the signer of a scheme that signs only the body.
#[expect(clippy::expect_used, reason = "no setting of a test")]
fn hmac_hex(key: &[u8], signed: &[u8]) -> String {
    // HMAC pads keys with zeros, so that this key equals the empty one.
    let key = if key.is_empty() { &[0] } else { key };
    let secret = Secret::from_bytes(key).expect("the key is not empty");
    let signer = Signer::<XWebhookSignature>::new(secret).expect("any key is one");
    let headers = signer.sign(signed).expect("nothing is missing");
    headers.iter().map(|(_, tag)| tag).collect()
}
