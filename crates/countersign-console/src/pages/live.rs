//! The events that keep a list up to date.

use std::time::Duration;

use bytes::Bytes;
use countersign::inbox::InboxHistory;
use futures_util::stream;
use tokio::time::{Instant, sleep};

use super::{View, form::Form, list::PAGE};
use crate::{
    Response,
    chosen::Chosen,
    error::Refused,
    live::Open,
    response::{Body, Events},
};

/// Sends an event whenever the first page of the list has changed. The script then loads the page
/// again.
pub(crate) fn events<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let chosen = Chosen::read(Form::of_query(&view.request.query).fields())?;
    let open = view.shared.live.open(view.operator.name()).ok_or(Refused::Busy)?;
    let state = Watch {
        shared: view.shared.clone(),
        filter: chosen.filter(PAGE),
        seen: None,
        pause: PAUSE,
        ends_at: Instant::now() + LONGEST,
        is_first: true,
        _open: open,
    };
    let events: Events = Box::pin(stream::unfold(state, next));
    let mut response = Response::new(200, "text/event-stream", Bytes::new());
    response.body = Body::Events(events);
    // Without this, nginx keeps the events until there are many.
    Ok(response.with("x-accel-buffering", "no".to_owned()))
}

struct Watch<I> {
    shared: std::sync::Arc<crate::console::Shared<I>>,
    filter: countersign::inbox::Filter,
    seen: Option<String>,
    pause: Duration,
    ends_at: Instant,
    is_first: bool,
    _open: Open,
}

async fn next<I: InboxHistory>(mut watch: Watch<I>) -> Option<(Bytes, Watch<I>)> {
    if std::mem::take(&mut watch.is_first) {
        // Tells the browser how long it waits before it connects again.
        return Some((Bytes::from_static(b"retry: 5000\n\n"), watch));
    }
    let mut quiet = 0;
    while Instant::now() < watch.ends_at {
        if watch.seen.is_some() {
            sleep(watch.pause).await;
        }
        let began = Instant::now();
        let rows = watch.shared.inbox.list(&watch.filter).await.ok()?;
        // A list that is slow uses at most a twentieth of the time of the engine.
        watch.pause = PAUSE.max(began.elapsed() * 20);
        let seen = format!("{rows:?}");
        let is_changed = watch.seen.as_ref().is_some_and(|before| *before != seen);
        watch.seen = Some(seen);
        if is_changed {
            return Some((Bytes::from_static(b"event: changed\ndata: 1\n\n"), watch));
        }
        quiet += 1;
        if quiet >= BEATS {
            // A connection that the browser has closed is noticed only when something is sent.
            return Some((Bytes::from_static(b": still here\n\n"), watch));
        }
    }
    None
}

const PAUSE: Duration = Duration::from_secs(2);

/// After this time, the browser connects again, and its login is checked again. A server that shuts
/// down waits until all open answers have ended, so the time is short.
const LONGEST: Duration = Duration::from_secs(20);

/// Pauses without an event, after which a comment is sent.
const BEATS: u32 = 7;
