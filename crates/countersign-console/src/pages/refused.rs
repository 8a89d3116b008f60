//! The deliveries that were refused.

use askama::Template;
use countersign::{
    explain::{Refusal, Refusals},
    inbox::InboxHistory,
};

use super::{Frame, View, form::Form};
use crate::{Response, error::Refused, moment, redaction::Shown, text};

#[derive(Template)]
#[template(path = "refused.html")]
struct List<'a> {
    frame: Frame<'a>,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct One<'a> {
    frame: Frame<'a>,
    row: Row,
    advice: String,
    headers: Vec<(String, String)>,
    /// The body, if it was asked for.
    body: Option<String>,
    has_body: bool,
    /// The reason why there is no body.
    why: &'static str,
}

struct Row {
    number: u64,
    at: String,
    age: String,
    endpoint: String,
    status: u16,
    reason: String,
    verdict: Option<String>,
}

impl Row {
    fn of<I: InboxHistory>(view: &View<'_, I>, refusal: &Refusal) -> Self {
        Self {
            number: refusal.number,
            at: moment::seconds(refusal.at),
            age: moment::age(refusal.at, view.now),
            endpoint: text::line(&refusal.endpoint),
            status: refusal.status,
            reason: text::line(&refusal.reason),
            verdict: refusal.verdict.as_deref().map(text::line),
        }
    }
}

pub(crate) fn list<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let rows = refusals(view)?.list().iter().map(|refusal| Row::of(view, refusal)).collect();
    let page = List { frame: view.frame("Refused deliveries", "refused"), rows };
    Ok(Response::html(200, page.render()?))
}

/// Shows one of them. Its body is shown only if the query asks for it.
pub(crate) fn one<I: InboxHistory>(view: &View<'_, I>, number: &str) -> Result<Response, Refused> {
    let number = number.parse().map_err(|_| Refused::NotFound)?;
    let refusal = refusals(view)?.get(number).ok_or(Refused::NotFound)?;
    let wants_body = Form::of_query(&view.request.query).get("body") == "1";
    let may_read = view.reads_bodies();
    let body = refusal.body.as_deref().filter(|_| may_read).map(|body| view.shown(body));
    let (body, why) = match body {
        Some(Shown::Whole(body) | Shown::Redacted(body, _)) => (Some(body), ""),
        Some(Shown::Hidden) => (None, "The body cannot be shown: members of it must be hidden."),
        None if may_read => (
            None,
            "The body was not kept. Only the bodies of examined deliveries are, and only if the list keeps bodies.",
        ),
        None => (None, "You may not read bodies."),
    };
    let page = One {
        frame: view.frame(format!("Refused delivery {number}"), "refused"),
        row: Row::of(view, &refusal),
        advice: refusal.advice.as_deref().map(text::line).unwrap_or_default(),
        headers: super::headers::shown(
            refusal.headers.iter().map(|(name, value)| (&**name, value.as_bytes())),
            &[],
            view.sees_signatures(),
        ),
        has_body: body.is_some(),
        body: body.filter(|_| wants_body).map(|body| text::bytes(&body)),
        why,
    };
    Ok(Response::html(200, page.render()?))
}

fn refusals<'a, I: InboxHistory>(view: &View<'a, I>) -> Result<&'a Refusals, Refused> {
    view.settings.refusals.as_ref().ok_or(Refused::NotFound)
}
