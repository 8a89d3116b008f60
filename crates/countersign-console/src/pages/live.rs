//! The events that keep a list up to date.

use std::time::Duration;

use bytes::Bytes;
use countersign::inbox::{InboxHistory, Row};
use futures_util::stream;
use tokio::time::{Instant, sleep_until};

use super::{View, form::Form, list::PAGE, scan};
use crate::{
    Response,
    chosen::Chosen,
    error::Refused,
    places::Place,
    response::{Body, Events},
};

/// Sends an event whenever the first page of the list has changed. The script then loads the page
/// again.
pub(crate) fn events<I: InboxHistory>(view: &View<'_, I>) -> Result<Response, Refused> {
    let chosen = Chosen::read(Form::of_query(&view.request.query).fields())?;
    let place = view.shared.live.take(view.operator.name()).ok_or(Refused::Busy)?;
    let state = Watch {
        shared: view.shared.clone(),
        has_index: chosen.has_index(),
        filter: chosen.filter(PAGE),
        seen: None,
        pause: PAUSE,
        ends_at: Instant::now() + LONGEST,
        is_first: true,
        _place: place,
    };
    let events: Events = Box::pin(stream::unfold(state, next));
    let mut response = Response::new(200, "text/event-stream", Bytes::new());
    response.body = Body::Events(events);
    // Without this, nginx keeps the events until there are many.
    Ok(response.with("x-accel-buffering", "no".to_owned()))
}

struct Watch<I> {
    shared: std::sync::Arc<crate::console::Shared<I>>,
    has_index: bool,
    filter: countersign::inbox::Filter,
    seen: Option<String>,
    pause: Duration,
    ends_at: Instant,
    is_first: bool,
    _place: Place,
}

async fn next<I: InboxHistory>(mut watch: Watch<I>) -> Option<(Bytes, Watch<I>)> {
    if std::mem::take(&mut watch.is_first) {
        // Tells the browser how long it waits before it connects again.
        return Some((Bytes::from_static(b"retry: 5000\n\n"), watch));
    }
    // A connection that the browser has closed is noticed only when something is sent.
    let beat = (Instant::now() + BEAT).min(watch.ends_at);
    while Instant::now() < beat {
        if watch.seen.is_some() {
            sleep_until((Instant::now() + watch.pause).min(beat)).await;
        }
        let began = Instant::now();
        let seen = format!("{:?}", watch.rows().await?);
        // A list that is slow uses at most a twentieth of the time of the engine.
        watch.pause = PAUSE.max(began.elapsed() * 20);
        let is_changed = watch.seen.as_ref().is_some_and(|before| *before != seen);
        watch.seen = Some(seen);
        if is_changed {
            return Some((Bytes::from_static(b"event: changed\ndata: 1\n\n"), watch));
        }
    }
    let is_over = Instant::now() >= watch.ends_at;
    (!is_over).then(|| (Bytes::from_static(b": still here\n\n"), watch))
}

impl<I: InboxHistory> Watch<I> {
    async fn rows(&self) -> Option<Vec<Row>> {
        let (filter, longest) = (self.filter.clone(), scan::LONGEST);
        let part = scan::look(&self.shared, filter, self.has_index, PAGE, longest).await;
        part.ok().map(|part| part.rows)
    }
}

const PAUSE: Duration = Duration::from_secs(2);

/// After this time, the browser connects again, and its login is checked again. A server that shuts
/// down waits until all open answers have ended, so the time is short.
const LONGEST: Duration = Duration::from_secs(20);

/// Time without an event after which a comment is sent.
const BEAT: Duration = Duration::from_secs(10);
