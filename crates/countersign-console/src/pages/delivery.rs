//! One delivery.

use std::sync::Arc;

use askama::Template;
use bytes::Bytes;
use countersign::inbox::{Details, EndedAttempt, InboxHistory, RowId, StoreError, StoredRequest};
use tokio::task;

use super::{Frame, View, form::Form};
use crate::{Response, action::Action, error::Refused, moment, pretty, redaction, resend, text};

#[derive(Template)]
#[template(path = "delivery.html")]
struct Delivery<'a> {
    frame: Frame<'a>,
    id: i64,
    state: &'static str,
    facts: Vec<(&'static str, String)>,
    verdict: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
    trace: Option<Trace>,
    attempts: Vec<Attempt>,
    body: Content,
    actions: Vec<Action>,
    may_be_marked: bool,
    resend: Option<Vec<String>>,
    notice: Option<String>,
}

struct Trace {
    id: String,
    url: Option<String>,
}

struct Attempt {
    number: u32,
    began_at: String,
    duration: String,
    result: String,
    is_failed: bool,
}

/// The body, as it may be shown.
enum Content {
    Text {
        raw: String,
        pretty: Option<String>,
        length: usize,
        is_cut: bool,
        /// The number of members that are hidden; `None` if no members must be hidden.
        hidden: Option<usize>,
    },
    Missing(&'static str),
}

pub(crate) async fn page<I: InboxHistory>(
    view: &View<'_, I>,
    id: RowId,
) -> Result<Response, Refused> {
    let mut details = view.inbox().get(id).await?.ok_or(Refused::NotFound)?;
    let (request, body) = request(view, &mut details).await?.unzip();
    let row = &details.row;
    let length = request.as_ref().map_or(0, |request| request.body().len());
    let body = content(view, body, length);
    let resend = match (&request, &body) {
        // A body with hidden members is another body.
        (Some(request), Content::Text { hidden: None | Some(0), .. }) => {
            Some(resend::lines(&view.settings.receiver_url, request, id.0, request.body()))
        }
        _ => None,
    };
    let page = Delivery {
        frame: view.frame(format!("Delivery {id}"), "list"),
        id: row.id.0,
        state: row.state.name(),
        facts: facts(&details, request.as_ref()),
        verdict: request.as_ref().map(verdict).unwrap_or_default(),
        headers: request.as_ref().map(|request| headers(view, request)).unwrap_or_default(),
        trace: request.as_ref().and_then(|request| trace(view, request)),
        attempts: details.attempts.iter().map(Attempt::from).collect(),
        body,
        actions: [Action::Replay, Action::Retry, Action::Discard]
            .into_iter()
            .filter(|action| action.fits(row.state))
            .filter(|action| *action != Action::Replay || request.is_some())
            .collect(),
        may_be_marked: Action::Done.fits(row.state),
        resend,
        notice: notice(&Form::of_query(&view.request.query)),
    };
    Ok(Response::html(200, page.render()?))
}

/// Sends the body alone, as a file.
pub(crate) async fn body<I: InboxHistory>(
    view: &View<'_, I>,
    id: RowId,
) -> Result<Response, Refused> {
    if !view.reads_bodies() {
        return Err(Refused::Forbidden("You may not read bodies."));
    }
    let mut details = view.inbox().get(id).await?.ok_or(Refused::NotFound)?;
    let (_, body) = request(view, &mut details).await?.ok_or(Refused::NotFound)?;
    let body = match body {
        redaction::Shown::Whole(body) | redaction::Shown::Redacted(body, _) => Bytes::from(body),
        redaction::Shown::Hidden => return Err(Refused::Forbidden(HIDDEN)),
    };
    let name = format!("attachment; filename=\"delivery-{id}.bin\"");
    let response = Response::new(200, "application/octet-stream", body);
    Ok(response.with("content-disposition", name))
}

/// Makes an action, and shows the delivery again.
pub(crate) async fn act<I: InboxHistory>(
    view: &View<'_, I>,
    id: RowId,
    action: Action,
) -> Result<Response, Refused> {
    let form = view.form()?;
    let reason = form.get("reason").trim().to_owned();
    if action == Action::Done && (reason.is_empty() || reason.len() > LONGEST_REASON) {
        return Err(Refused::Bad("Give a reason of at most 1,000 bytes."));
    }
    let (shared, who) = (view.shared.clone(), view.operator.name().to_owned());
    let work = async move {
        let is_changed = change(&*shared.inbox, action, id, &reason).await;
        let past = action.past();
        let result = match &is_changed {
            Ok(true) => format!("{past} delivery {id}"),
            Ok(false) => format!("delivery {id} could not be {past}: its state or its body"),
            Err(_) => format!("delivery {id} may have been {past}: the inbox failed"),
        };
        let why = if reason.is_empty() { String::new() } else { format!("; reason: {reason}") };
        shared.record.add(&who, action.name(), &format!("{result}{why}"));
        is_changed.map_err(Refused::from)
    };
    let is_changed = view.run(work).await?;
    let result = if is_changed { action.name() } else { "nothing" };
    Ok(Response::see_other(view.url(&format!("/deliveries/{id}?acted={result}"))))
}

/// Changes one row.
pub(crate) async fn change<I: InboxHistory>(
    inbox: &I,
    action: Action,
    id: RowId,
    reason: &str,
) -> Result<bool, StoreError> {
    match action {
        Action::Replay => inbox.replay(id).await,
        Action::Retry => inbox.retry(id).await,
        Action::Discard => inbox.discard(id).await,
        Action::Done => inbox.mark_done(id, reason).await,
    }
}

/// Reads the request, and makes its body as it may be shown.
async fn request<I: InboxHistory>(
    view: &View<'_, I>,
    details: &mut Details,
) -> Result<Option<(StoredRequest, redaction::Shown)>, Refused> {
    let Some(json) = details.request.take() else { return Ok(None) };
    let settings = Arc::clone(view.settings);
    // A long body would hold up other requests of this thread.
    let read = task::spawn_blocking(move || {
        let request = StoredRequest::from_json(&json).ok()?;
        let body = settings.redaction.apply(request.body());
        Some((request, body))
    });
    read.await.map_err(|_| Refused::Page)
}

fn notice(form: &Form) -> Option<String> {
    let acted = form.get("acted");
    match Action::named(acted) {
        Some(action) => Some(format!("The delivery was {}.", action.past())),
        None if acted == "nothing" => {
            let text = "Nothing was changed. The state of the delivery does not allow this action, or \
                        its body was removed.";
            Some(text.to_owned())
        }
        None => None,
    }
}

fn facts(details: &Details, request: Option<&StoredRequest>) -> Vec<(&'static str, String)> {
    let row = &details.row;
    let text = |text: &Option<String>| text.as_deref().map(text::line);
    let facts = [
        ("Endpoint", Some(text::line(&row.endpoint))),
        ("Provider", Some(text::line(&row.provider))),
        ("Tenant", text(&row.tenant)),
        ("Type", text(&row.event_type)),
        ("Event id", text(&row.event_id)),
        ("Received", Some(format!("{} UTC", moment::utc(row.received_at)))),
        ("Path", request.map(|request| text::line(request.path()))),
        ("Attempts", Some(row.attempts.to_string())),
        ("Due", row.due_at.map(|due_at| format!("{} UTC", moment::utc(due_at)))),
        ("Last reason", text(&row.last_reason)),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn verdict(request: &StoredRequest) -> Vec<(&'static str, String)> {
    let delivery = request.delivery();
    let secret = match delivery.secret_index() {
        0 => "the current one".to_owned(),
        index => format!("retired secret {index}: the provider still signs with an old secret"),
    };
    let lag = delivery.signed_at().map(|signed_at| {
        match delivery.received_at().duration_since(signed_at) {
            Ok(lag) => format!("received {} after it was signed", moment::span(lag)),
            Err(ahead) => {
                format!("signed {} in the future: clocks differ", moment::span(ahead.duration()))
            }
        }
    });
    let signed = |is_signed| if is_signed { "signed" } else { "not signed" }.to_owned();
    vec![
        ("Secret", secret),
        ("Form", text::line(delivery.form_name())),
        ("Lag", lag.unwrap_or_else(|| "the scheme signs no time".to_owned())),
        ("Id", signed(delivery.id_is_signed())),
        ("Type", signed(delivery.event_type_is_signed())),
    ]
}

/// The headers that the inbox has kept: of the signature, the id, the time and the type.
fn headers<I: InboxHistory>(view: &View<'_, I>, request: &StoredRequest) -> Vec<(String, String)> {
    let content_type = request.get_content_type().map(|value| ("content-type", value.as_bytes()));
    let headers = content_type.into_iter().chain(request.delivery().headers());
    let delivery = request.delivery();
    let known: Vec<_> = [delivery.id(), delivery.event_type()].into_iter().flatten().collect();
    super::headers::shown(headers, &known, view.sees_signatures())
}

fn trace<I: InboxHistory>(view: &View<'_, I>, request: &StoredRequest) -> Option<Trace> {
    // `00-`, 32 digits, and so on: the inbox keeps no other form.
    let id = request.get_traceparent()?.get(3..35)?;
    let id = id.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| id.to_owned())?;
    let url = view.settings.trace_url.as_ref().map(|url| url.replace("{trace_id}", &id));
    Some(Trace { id, url })
}

fn content<I: InboxHistory>(
    view: &View<'_, I>,
    body: Option<redaction::Shown>,
    length: usize,
) -> Content {
    let Some(body) = body else {
        return Content::Missing("The body was forgotten, or cannot be read.");
    };
    if !view.reads_bodies() {
        return Content::Missing("You may not read bodies.");
    }
    let (body, hidden) = match body {
        redaction::Shown::Whole(body) => (body, 0),
        redaction::Shown::Redacted(body, hidden) => (body, hidden),
        redaction::Shown::Hidden => return Content::Missing(HIDDEN),
    };
    let start = &body[..body.len().min(SHOWN)];
    let pretty = str::from_utf8(start).ok().and_then(pretty::json);
    Content::Text {
        raw: text::bytes(start),
        pretty: pretty.map(|pretty| text::visible(&pretty)),
        length,
        is_cut: body.len() > SHOWN,
        hidden: (!view.settings.redaction.is_empty()).then_some(hidden),
    }
}

impl From<&EndedAttempt> for Attempt {
    fn from(attempt: &EndedAttempt) -> Self {
        let (duration, result, is_failed) = match (attempt.ended_at, &attempt.reason) {
            (None, _) => ("–".to_owned(), "vanished: its lease ran out".to_owned(), true),
            (Some(ended_at), reason) => (
                moment::span(ended_at.duration_since(attempt.began_at).unwrap_or_default()),
                reason.as_deref().map_or_else(|| "succeeded".to_owned(), text::line),
                reason.is_some(),
            ),
        };
        let began_at = moment::utc(attempt.began_at);
        Self { number: attempt.number, began_at, duration, result, is_failed }
    }
}

const HIDDEN: &str = "The body is not JSON, or is nested too deeply, so the members that must be hidden cannot be \
     found in it.";

/// Bytes of a body that the page shows. The whole body can be saved.
const SHOWN: usize = 64 * 1024;
const LONGEST_REASON: usize = 1_000;
