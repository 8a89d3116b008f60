//! Outcomes of attempts, as lines of a table or as JSON.

mod report;

use std::time::Duration;

use serde::Serialize;

use crate::http::Answer;

pub(crate) use report::Report;

/// The outcome of one attempt to deliver.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    /// The number of the delivery, from 1.
    pub(crate) delivery: usize,
    /// The number of the attempt, from 1.
    pub(crate) attempt: usize,
    /// The name of the delivery: its id, or its file.
    pub(crate) name: String,
    /// `delivered` (2xx), `refused` (another status) or `unreachable`.
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) milliseconds: Option<f64>,
    /// Headers of the answer that matter for webhooks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) headers: Vec<String>,
    /// The answer, or the reason why there is none.
    pub(crate) answer: String,
    /// True for another copy of the same request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) duplicate: bool,
    /// True if no attempt of this delivery follows.
    #[serde(skip)]
    pub(crate) is_last: bool,
}

impl Outcome {
    pub(crate) fn new(name: &str, result: Result<Answer, String>) -> Self {
        let outcome = Self {
            delivery: 1,
            attempt: 1,
            name: name.to_owned(),
            outcome: "unreachable",
            status: None,
            milliseconds: None,
            headers: Vec::new(),
            answer: String::new(),
            duplicate: false,
            is_last: true,
        };
        match result {
            Err(reason) => Self { answer: reason, ..outcome },
            Ok(answer) => {
                let shown = answer.headers.iter().filter(|(name, _)| SHOWN.contains(&&**name));
                let is_delivered = (200..300).contains(&answer.status);
                Self {
                    outcome: if is_delivered { "delivered" } else { "refused" },
                    status: Some(answer.status),
                    milliseconds: Some(milliseconds(answer.time)),
                    headers: shown.map(|(name, value)| format!("{name}: {value}")).collect(),
                    answer: String::from_utf8_lossy(&answer.body).into_owned(),
                    ..outcome
                }
            }
        }
    }

    pub(crate) fn is_delivered(&self) -> bool {
        self.outcome == "delivered"
    }
}

/// Returns the time with three digits after the point.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

const SHOWN: [&str; 3] = ["idempotent-replayed", "location", "retry-after"];
