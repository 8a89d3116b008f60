//! One attempt, from the taken delivery to its result in the engine.

use std::{
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle},
    time::{Instant, sleep, timeout},
};
use tracing::Instrument;

use super::{
    Attempt, Held, InboxStore, Outcome, Settled, StoreError, StoredRequest, Taken,
    handle::{Handle, Handled},
    outcome::End,
    settings::Back,
    worker::{First, first_of},
};
use crate::{logs, observe::inbox as observe};

/// The parts that all attempts of a worker share.
pub(super) struct Run<S> {
    pub(super) engine: Arc<S>,
    pub(super) handler: Arc<dyn Handle>,
    pub(super) settings: Back,
    /// True when the worker stops and does not wait any longer.
    pub(super) given_up: watch::Receiver<bool>,
}

/// The names of a delivery, for log lines and metrics.
struct Names {
    id: i64,
    number: u32,
    endpoint: Box<str>,
    event_type: Option<Box<str>>,
}

impl<S: InboxStore> Run<S> {
    /// Handles a delivery, and reports the result to the engine.
    pub(super) async fn attempt(self: Arc<Self>, taken: Taken) {
        let taken_at = Instant::now();
        let Taken { held, number, is_exhausted, object, request: json, .. } = taken;
        let parsed = StoredRequest::from_json(&json);
        // The text is not kept while the handler works.
        drop(json);
        let request = match parsed {
            Ok(request) => request,
            Err(error) => {
                let names =
                    Names { id: held.id().0, number, endpoint: Box::default(), event_type: None };
                let end = End::dead(format!("the stored request cannot be read: {error}"));
                return self.settle(&held, &names, Handled::new(end)).await;
            }
        };
        let names = Names {
            id: held.id().0,
            number,
            endpoint: request.delivery().endpoint().into(),
            event_type: request.delivery().event_type().map(|text| {
                let mut text = text.to_owned();
                truncate(&mut text, LONGEST_TYPE);
                text.into()
            }),
        };
        if is_exhausted {
            let end =
                End::dead("no attempt is left: the last one did not end, or fewer are allowed now");
            return self.settle(&held, &names, Handled::new(end)).await;
        }
        if let Some((object, Some(version))) = object {
            match self.newest_done(&names, &object).await {
                Some(newest) if newest.is_none_or(|newest| version >= newest) => {}
                Some(_) => {
                    tracing::debug!(
                        target: logs::INBOX,
                        endpoint = &*names.endpoint,
                        id = names.id,
                        "a newer version was handled: the delivery is done without handling it",
                    );
                    return self.settle(&held, &names, Handled::new(End::done())).await;
                }
                None => return self.settle(&held, &names, Handled::stopped()).await,
            }
        }
        // The lease may have run out while the engine did not answer.
        if taken_at.elapsed() > self.settings.lease / 3 {
            let lease = self.settings.lease;
            match self.insist(|| self.engine.extend(&held, lease)).await {
                Some((Settled::Applied, _)) => {}
                Some((Settled::LeaseLost, _)) => return,
                None => return self.settle(&held, &names, Handled::stopped()).await,
            }
        }
        let handled = self.handle(request, &held, &names).await;
        self.settle(&held, &names, handled).await;
    }

    /// Runs the handler, and holds the lease meanwhile.
    async fn handle(&self, request: StoredRequest, held: &Held, names: &Names) -> Handled {
        let Back { lease, handler_deadline, verify_again, .. } = self.settings;
        let span = tracing::debug_span!(
            target: logs::INBOX,
            "webhook.handle",
            endpoint = &*names.endpoint,
            provider = request.delivery().provider(),
            event_type = names.event_type.as_deref(),
            event_id = request.delivery().id(),
            id = names.id,
            attempt = names.number,
            receipt = request.get_traceparent(),
        );
        let (attempt, lost) = Attempt::new(held.clone(), names.number);
        let given = attempt.clone();
        let handling = {
            let _entered = span.enter();
            self.handler.handle(request, attempt, verify_again)
        };
        let mut task = Task(tokio::spawn(handling.instrument(span)));
        let mut given_up = self.given_up.clone();
        let limit = async {
            let stopped = async {
                if given_up.wait_for(|given_up| *given_up).await.is_err() {
                    pending::<()>().await;
                }
            };
            match first_of(stopped, sleep(handler_deadline)).await {
                First::Left => Handled::stopped(),
                First::Right => {
                    Handled::new(End::retry(format!("no answer within {handler_deadline:?}")))
                }
            }
        };
        let (mut joined, mut over) = (None, None);
        let work = async { joined = Some((&mut task.0).await) };
        let bounded = async { over = Some(limit.await) };
        // Never ends.
        let holding = self.hold(held, &lost);
        _ = first_of(first_of(work, bounded), holding).await;
        let handled = match (joined, over) {
            (Some(joined), _) => of_task(joined),
            (None, over) => {
                // A handler is stopped at its next `await`. It may succeed before that.
                task.0.abort();
                let over = over.unwrap_or_else(Handled::stopped);
                match timeout(lease / 3, &mut task.0).await {
                    Ok(Ok(handled)) => handled,
                    _ => over,
                }
            }
        };
        Handled { may_be_ended: given.is_ended_by_handler(), ..handled }
    }

    /// Prolongs the lease again and again. Reports to the handler if the lease is lost: another
    /// attempt has taken the delivery, or the engine was out of reach for as long as the lease.
    async fn hold(&self, held: &Held, lost: &watch::Sender<bool>) {
        let lease = self.settings.lease;
        let mut held_until = Instant::now() + lease;
        let mut pause = lease / 3;
        loop {
            sleep(pause).await;
            let asked = Instant::now();
            match timeout(lease / 3, self.engine.extend(held, lease)).await {
                Ok(Ok(Settled::Applied)) => {
                    held_until = asked + lease;
                    pause = lease / 3;
                }
                Ok(Ok(Settled::LeaseLost)) => {
                    lost.send_replace(true);
                    return pending().await;
                }
                Ok(Err(_)) | Err(_) => pause = lease / 12,
            }
            if Instant::now() >= held_until {
                lost.send_replace(true);
            }
        }
    }

    /// Writes the result to the engine, and tries again while the engine is out of reach: otherwise
    /// a delivery that was handled would be handled again.
    async fn settle(&self, held: &Held, names: &Names, handled: Handled) {
        let Handled { end, event_type, may_be_ended } = handled;
        let Some(End { mut outcome, after, mut reason }) = end else {
            // If this fails, the delivery is due when its lease has run out.
            drop(timeout(CALL_DEADLINE, self.engine.release(held)).await);
            return;
        };
        let pause = self.settings.retries.pause_after(names.number);
        if outcome == Outcome::Retry && pause.is_none() {
            outcome = Outcome::Dead;
        }
        truncate(&mut reason, LONGEST_REASON);
        let delay = after.or(pause).unwrap_or_default();
        let settled = self
            .insist(|| {
                let (engine, reason) = (&self.engine, &*reason);
                async move {
                    match outcome {
                        Outcome::Done => engine.finish(held).await,
                        Outcome::Retry => engine.fail_until(held, delay, reason).await,
                        Outcome::Dead => engine.bury(held, reason).await,
                    }
                }
            })
            .await;
        let Names { id, number, endpoint, event_type: text } = names;
        let (endpoint, text) = (&**endpoint, text.as_deref());
        match settled {
            // If an earlier call got no answer, it has probably succeeded.
            Some((Settled::Applied, _) | (Settled::LeaseLost, true)) => {}
            // The handler's transaction was committed: the result of the handler does not count.
            Some((Settled::LeaseLost, false)) if may_be_ended => outcome = Outcome::Done,
            Some((Settled::LeaseLost, false)) => {
                tracing::warn!(
                    target: logs::INBOX,
                    endpoint, id, attempt = number,
                    "the lease was lost: the result of this attempt is dropped",
                );
                return;
            }
            None => {
                tracing::error!(
                    target: logs::INBOX,
                    endpoint, id, attempt = number, outcome = outcome.name(),
                    "the result of an attempt could not be stored: the delivery is handled again",
                );
                return;
            }
        }
        observe::attempted(endpoint, event_type, outcome);
        match outcome {
            Outcome::Done => tracing::debug!(
                target: logs::INBOX,
                endpoint, event_type = text, id, attempt = number, "handled a delivery",
            ),
            Outcome::Retry => tracing::warn!(
                target: logs::INBOX,
                endpoint, event_type = text, id, attempt = number, reason,
                next_s = delay.as_secs(), "an attempt failed: the delivery is handled again later",
            ),
            Outcome::Dead => tracing::error!(
                target: logs::INBOX,
                endpoint, event_type = text, id, attempt = number, reason,
                "a delivery is dead: it is kept, and not handled again by itself",
            ),
        }
    }

    /// Repeats a call to the engine until it succeeds. Returns `None` if the worker stops first.
    /// Returns true with the result if an earlier call failed, and may have succeeded all the same.
    async fn insist<F, T>(&self, call: impl Fn() -> F) -> Option<(T, bool)>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut pause = FIRST_PAUSE;
        let (mut end, mut is_repeated) = (None, false);
        loop {
            if let Ok(Ok(result)) = timeout(CALL_DEADLINE, call()).await {
                return Some((result, is_repeated));
            }
            is_repeated = true;
            if *self.given_up.borrow() {
                let end = *end.get_or_insert_with(|| Instant::now() + LAST_TRIES);
                if Instant::now() >= end {
                    return None;
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Returns the newest version of the object that was handled. Returns `None` if the worker
    /// stops before the engine answers.
    async fn newest_done(&self, names: &Names, object: &str) -> Option<Option<i64>> {
        let Some(newest_done) = &self.settings.newest_done else { return Some(None) };
        let newest = || newest_done((*names.endpoint).to_owned(), object.to_owned());
        self.insist(newest).await.map(|(newest, _)| newest)
    }
}

/// Returns the result of a handler that has ended.
fn of_task(joined: Result<Handled, JoinError>) -> Handled {
    match joined {
        Ok(handled) => handled,
        // The runtime stops.
        Err(error) if error.is_cancelled() => Handled::stopped(),
        // The panic hook has already printed the message, which may hold data.
        Err(_) => Handled::new(End::retry("the handler panicked")),
    }
}

/// A task that is stopped when it is dropped.
struct Task(JoinHandle<Handled>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn truncate(text: &mut String, length: usize) {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// In bytes: the longest type that is logged. The sender chooses its length.
const LONGEST_TYPE: usize = 200;

/// In bytes: the longest reason that is kept.
const LONGEST_REASON: usize = 1000;

const FIRST_PAUSE: Duration = Duration::from_millis(50);

const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The time after which a call to the engine counts as failed.
const CALL_DEADLINE: Duration = Duration::from_secs(10);

/// The time for which a stopped worker still tries to store a result.
const LAST_TRIES: Duration = Duration::from_secs(3);
