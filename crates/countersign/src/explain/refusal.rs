//! One kept rejection, and the bounds of its parts.

use std::time::SystemTime;

use bytes::Bytes;
use countersign_core::__Rejected as Rejected;

/// A delivery that was rejected.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// The number of the rejection, counted from 1 since the list was made.
    pub number: u64,
    /// The time of the rejection.
    pub at: SystemTime,
    /// The name of the endpoint.
    pub endpoint: String,
    /// The name of the reason, as in the metrics.
    pub name: &'static str,
    /// The reason in words.
    pub reason: String,
    /// The status of the answer.
    pub status: u16,
    /// The likely cause, if the delivery was examined.
    pub verdict: Option<String>,
    /// The next step, if the delivery was examined.
    pub advice: Option<String>,
    /// The headers that an examination reads. Empty unless the delivery was examined.
    pub headers: Vec<(String, String)>,
    /// The start of the body. `None` unless the delivery was examined.
    pub body: Option<Bytes>,
    /// The length of the whole body. 0 unless the delivery was examined.
    pub body_length: usize,
    /// True if the delivery was given to an examination.
    pub(super) is_examined: bool,
}

impl Refusal {
    /// Copies the start of each part of a rejection. The number is given later.
    pub(super) fn of(rejected: &Rejected<'_>, at: SystemTime, keeps_bodies: bool) -> Self {
        let body = rejected.body.filter(|_| keeps_bodies);
        Self {
            number: 0,
            at,
            endpoint: rejected.endpoint.to_owned(),
            name: rejected.name,
            reason: start(&rejected.reason.to_string(), LONGEST_TEXT).to_owned(),
            status: rejected.status,
            verdict: None,
            advice: None,
            headers: if keeps_bodies { starts(rejected.headers) } else { Vec::new() },
            // A copy: a slice would keep the whole body in memory.
            body: body.map(|body| Bytes::copy_from_slice(&body[..body.len().min(LONGEST_BODY)])),
            body_length: rejected.body.map_or(0, Bytes::len),
            is_examined: rejected.body.is_some(),
        }
    }

    pub(super) fn add_verdict(&mut self, verdict: &str, advice: &str) {
        self.verdict = Some(start(verdict, LONGEST_TEXT).to_owned());
        self.advice = Some(start(advice, LONGEST_TEXT).to_owned());
    }
}

/// Copies the start of the headers. Each header also counts with the size of its place in the list:
/// otherwise, very many empty headers would fit.
fn starts(headers: &[(String, String)]) -> Vec<(String, String)> {
    let mut left = LONGEST_HEADERS;
    let mut copied = Vec::new();
    for (name, value) in headers {
        let Some(rest) = left.checked_sub(size_of::<(String, String)>() + name.len()) else {
            break;
        };
        let value = start(value, rest);
        copied.push((name.clone(), value.to_owned()));
        left = rest - value.len();
    }
    copied.shrink_to_fit();
    copied
}

/// Returns the start of a text, with at most this many bytes.
fn start(text: &str, longest: usize) -> &str {
    let longest = longest.min(text.len());
    let end = (0..=longest).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    &text[..end]
}

/// In bytes.
pub(super) const LONGEST_BODY: usize = 16 * 1024;
pub(super) const LONGEST_HEADERS: usize = 8 * 1024;

/// In bytes, for the reason, the verdict and the advice, each. A reason can hold the name of a
/// member of the body, which is as long as its sender likes.
pub(super) const LONGEST_TEXT: usize = 1024;
