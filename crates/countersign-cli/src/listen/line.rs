//! The output of `listen`: one delivery.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Serialize;

use crate::{moment, output::Output, pretty, recorded::Recorded, verdict::Verdict};

/// One delivery, for programs.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    received_at: Option<String>,
    method: &'a str,
    url: Option<&'a str>,
    #[serde(flatten)]
    verdict: &'a Verdict,
    /// The status of the answer.
    status: u16,
    /// The likely cause of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a str>,
    /// The reason why the receiver behind `--forward-to` did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_error: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    /// The body, if it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        recorded: &'a Recorded,
        verdict: &'a Verdict,
        status: u16,
        forward_error: Option<&'a str>,
        file: Option<&'a str>,
    ) -> Self {
        let body = str::from_utf8(&recorded.body).ok();
        Self {
            received_at: recorded.received_at.map(moment::text),
            method: &recorded.method,
            url: recorded.url.as_deref(),
            verdict,
            status,
            explanation: None,
            forward_error,
            file,
            body,
            body_base64: body.is_none().then(|| BASE64_STANDARD.encode(&recorded.body)),
        }
    }

    /// Adds the likely cause of a refusal.
    pub(super) fn explained(self, explanation: Option<&'a str>) -> Self {
        Self { explanation, ..self }
    }

    /// Returns the delivery for people.
    pub(super) fn text(&self, recorded: &Recorded, output: &Output) -> String {
        let time = self.received_at.as_deref().unwrap_or_default();
        let url = pretty::safe(self.url.unwrap_or_default());
        let length = recorded.body.len();
        let mut text = format!(
            "{time} {} {url} {length} bytes, answer {}\n{}",
            pretty::safe(self.method),
            self.status,
            self.verdict.text(output),
        );
        if let Some(explanation) = self.explanation {
            text.push_str(&format!("  cause   {}\n", pretty::safe(explanation)));
        }
        if let Some(reason) = self.forward_error {
            text.push_str(&format!("  not forwarded: {}\n", pretty::safe(reason)));
        }
        if let Some(file) = self.file {
            text.push_str(&format!("  file    {file}\n"));
        }
        let body = pretty::body(&recorded.body);
        text.extend(body.trim_end().lines().map(|line| format!("    {line}\n")));
        text + "\n"
    }
}
