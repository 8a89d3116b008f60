//! One delivery, with its request and its attempts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use countersign::inbox::{Details, EndedAttempt, RowId, StoredRequest};
use serde::Serialize;
use serde_json::json;

use super::{
    curl,
    engine::Engine,
    rows::Record,
    text::{self, note},
};
use crate::{
    failure::Failure,
    moment,
    output::{Output, table},
};

/// Shows one delivery with its request and its attempts
#[derive(Args)]
pub(super) struct Show {
    /// The number of the delivery, from `list`
    #[arg(value_name = "NUMBER")]
    id: i64,
    /// Prints a line for a shell that sends the request again, with the same body and the headers
    /// that were kept
    #[arg(long)]
    curl: bool,
    /// Server in the URL of the printed curl command. The path is that of the stored request
    #[arg(long, value_name = "URL", default_value = "http://localhost:3000", requires = "curl")]
    to: String,
}

/// A delivery in JSON.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    row: Record<'a>,
    ended_attempts: Vec<Attempt<'a>>,
    /// `None` if the request was forgotten.
    request: Option<Request>,
}

#[derive(Serialize)]
struct Attempt<'a> {
    number: u32,
    began_at: String,
    ended_at: Option<String>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Request {
    path: String,
    content_type: Option<String>,
    headers: Vec<(String, String)>,
    /// The body, if it is text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The body, if it is not text.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
}

impl Show {
    /// Returns false if there is no such delivery.
    pub(super) async fn run(&self, engine: &Engine, output: &Output) -> Result<bool, Failure> {
        let Some(details) = engine.get(RowId(self.id)).await? else {
            note(&format!("there is no delivery {}; see `inbox list`", self.id));
            return Ok(false);
        };
        let request = details.request.as_deref().map(StoredRequest::from_json).transpose();
        let request = request.map_err(|error| {
            Failure::could_not_run(format!("the request of {} cannot be read: {error}", self.id))
        })?;
        if self.curl {
            let Some(request) = request else {
                note(&format!("the request of {} was forgotten", self.id));
                return Ok(false);
            };
            let line = curl::line(&self.to, &request);
            return output.print(&json!({ "curl": line }), &line).map(|()| true);
        }
        let attempts = details.attempts.iter().map(Attempt::from).collect();
        let request = request.as_ref().map(Request::from);
        let shown = Shown { row: (&details.row).into(), ended_attempts: attempts, request };
        output.print(&shown, &shown.text(&details)).map(|()| true)
    }
}

impl<'a> From<&'a EndedAttempt> for Attempt<'a> {
    fn from(attempt: &'a EndedAttempt) -> Self {
        Self {
            number: attempt.number,
            began_at: moment::with_milliseconds(attempt.began_at),
            ended_at: attempt.ended_at.map(moment::with_milliseconds),
            reason: attempt.reason.as_deref(),
        }
    }
}

impl From<&StoredRequest> for Request {
    fn from(request: &StoredRequest) -> Self {
        let body = str::from_utf8(request.body()).map(str::to_owned).ok();
        let headers = request
            .delivery()
            .headers()
            .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()));
        Self {
            path: request.path().to_owned(),
            content_type: request.get_content_type().map(str::to_owned),
            headers: headers.collect(),
            body_base64: body.is_none().then(|| STANDARD.encode(request.body())),
            body,
        }
    }
}

impl Shown<'_> {
    fn text(&self, details: &Details) -> String {
        let row = &details.row;
        let mut text = format!("{}: {}\n", row.id, row.state.name());
        let due_at = row.due_at.map(moment::with_milliseconds);
        let lines = [
            ("endpoint", Some(&row.endpoint)),
            ("provider", Some(&row.provider)),
            ("tenant", row.tenant.as_ref()),
            ("type", row.event_type.as_ref()),
            ("event", row.event_id.as_ref()),
            ("received", Some(&moment::with_milliseconds(row.received_at))),
            ("due", due_at.as_ref()),
        ];
        for (name, value) in lines {
            if let Some(value) = value {
                text += &format!("{name:<9} {}\n", text::line(value));
            }
        }
        if !self.ended_attempts.is_empty() {
            let rows = self.ended_attempts.iter().map(|attempt| {
                let ended_at = attempt.ended_at.clone();
                let reason = match (&ended_at, attempt.reason) {
                    (None, _) => "vanished".to_owned(),
                    (Some(_), None) => "done".to_owned(),
                    (Some(_), Some(reason)) => text::line(reason),
                };
                let number = attempt.number.to_string();
                vec![number, attempt.began_at.clone(), ended_at.unwrap_or("-".into()), reason]
            });
            let rows: Vec<_> = rows.collect();
            text += &format!("\n{}", table(&["ATTEMPT", "BEGAN", "ENDED", "RESULT"], &rows));
        }
        text + "\n" + &self.request.as_ref().map_or("the request was forgotten".into(), head)
    }
}

/// Returns the request in the form of HTTP.
fn head(request: &Request) -> String {
    let mut text = format!("POST {}\n", text::line(&request.path));
    let content_type = request.content_type.iter().map(|value| ("Content-Type", value));
    let headers = request.headers.iter().map(|(name, value)| (&**name, value));
    for (name, value) in content_type.chain(headers) {
        text += &format!("{name}: {}\n", text::line(value));
    }
    let body = match (&request.body, &request.body_base64) {
        (Some(body), _) => text::lines(body),
        (None, body) => format!("(base64) {}", body.as_deref().unwrap_or_default()),
    };
    text + "\n" + &body
}
