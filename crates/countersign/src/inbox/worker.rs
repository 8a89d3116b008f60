//! Takes the deliveries that are due, and handles them.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{InboxStore, StoreError, Taken, Wanted, handle::Handle, run::Run, settings::Back};
use crate::{
    logs::{self, causes::Causes},
    observe::inbox as observe,
};

/// Handles the deliveries of an inbox.
///
/// Any number of workers can share an engine: in one process, or in several. Each attempt is a task
/// of its own, so a handler that panics or takes long does not stop the others.
///
/// # Guarantees
///
/// 1. Only the future `stop` ends a worker. If the engine fails, the worker logs it once at
///    `ERROR`, tries again with growing pauses of up to 5 s, and logs when the engine is back.
/// 2. An attempt is counted when its delivery is taken. A handler that ends the process therefore
///    has as many attempts as [`Retries`](super::Retries) allows, and then its delivery is dead.
/// 3. A delivery whose attempts are used up is kept, and logged at `ERROR`.
#[must_use = "a worker does nothing until `run_until` is awaited"]
pub struct Worker<S> {
    engine: Arc<S>,
    handler: Arc<dyn Handle>,
    endpoints: Vec<String>,
    settings: Back,
}

/// Returns the newest version of an object that was handled.
pub(super) type NewestDone = dyn Fn(String, String) -> Pin<Box<dyn Future<Output = Result<Option<i64>, StoreError>> + Send>>
    + Send
    + Sync;

impl<S: InboxStore> Worker<S> {
    pub(super) fn new(
        engine: Arc<S>,
        handler: Arc<dyn Handle>,
        endpoints: Vec<String>,
        settings: Back,
    ) -> Self {
        Self { engine, handler, endpoints, settings }
    }

    /// Handles deliveries until `stop` is ready. Then takes no more of them, waits for the running
    /// handlers as long as [`Inbox::stop_deadline`](super::Inbox::stop_deadline) says, stops the
    /// others, and makes their deliveries due.
    ///
    /// Spawn it as a task, and await the task before the program ends. It needs tokio's runtime.
    pub async fn run_until(self, stop: impl Future<Output = ()> + Send) {
        let Self { engine, handler, endpoints, settings } = self;
        let mut stop = pin!(stop);
        let (give_up, given_up) = watch::channel(false);
        let reports = observe::report_stats(Arc::clone(&engine), endpoints.clone());
        let run = Arc::new(Run { engine, handler, settings, given_up });
        let mut attempts = JoinSet::new();
        let mut outage = Outage::default();
        loop {
            while attempts.try_join_next().is_some() {}
            let free = run.settings.concurrency.saturating_sub(attempts.len());
            let event = if free == 0 {
                first_of(stop.as_mut(), async { drop(attempts.join_next().await) }).await
            } else {
                let mut result = None;
                let taking = async { result = Some(take(&run, &endpoints, free).await) };
                // A take that is dropped gives its deliveries back.
                _ = first_of(stop.as_mut(), taking).await;
                match result {
                    None => break,
                    Some(Ok(taken)) if taken.is_empty() => {
                        outage.is_over(&endpoints);
                        let due = first_of(
                            run.engine.wait_until_due(),
                            sleep(run.settings.poll_interval),
                        );
                        first_of(stop.as_mut(), async { _ = due.await }).await
                    }
                    Some(Ok(taken)) => {
                        outage.is_over(&endpoints);
                        for taken in taken {
                            attempts.spawn(Arc::clone(&run).attempt(taken));
                        }
                        // The next take notices the stop.
                        First::Right
                    }
                    Some(Err(error)) => {
                        let pause = outage.lasts(&endpoints, &error);
                        first_of(stop.as_mut(), sleep(pause)).await
                    }
                }
            };
            if event == First::Left {
                break;
            }
        }
        let all = async { while attempts.join_next().await.is_some() {} };
        if timeout(run.settings.stop_deadline, all).await.is_err() {
            // Each attempt stops its handler, and puts its delivery back.
            give_up.send_replace(true);
            let all = async { while attempts.join_next().await.is_some() {} };
            drop(timeout(RELEASE_DEADLINE, all).await);
        }
        drop(reports);
    }
}

async fn take<S: InboxStore>(
    run: &Run<S>,
    endpoints: &[String],
    most: usize,
) -> Result<Vec<Taken>, StoreError> {
    let settings = &run.settings;
    let wanted = Wanted {
        endpoints: endpoints.to_vec(),
        most,
        lease: settings.lease,
        attempts: settings.retries.attempts(),
    };
    match timeout(TAKE_DEADLINE, run.engine.take(&wanted)).await {
        Ok(taken) => taken,
        Err(late) => Err(StoreError::new(late)),
    }
}

/// A time in which the engine fails.
#[derive(Default)]
struct Outage {
    pause: Option<Duration>,
}

impl Outage {
    /// Logs the first failure, and returns the pause until the next try.
    fn lasts(&mut self, endpoints: &[String], error: &StoreError) -> Duration {
        if self.pause.is_none() {
            observe::set_up(endpoints, false);
            tracing::error!(
                target: logs::INBOX,
                ?endpoints,
                cause = %Causes::of(error).map(|causes| causes.to_string()).unwrap_or_default(),
                "the inbox is out of reach: no delivery is handled until it is back",
            );
        }
        let pause = self.pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
        self.pause = Some(pause);
        pause
    }

    fn is_over(&mut self, endpoints: &[String]) {
        if self.pause.take().is_some() {
            tracing::info!(target: logs::INBOX, ?endpoints, "the inbox is back");
        }
        observe::set_up(endpoints, true);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Left,
    Right,
}

/// Waits for the first of two futures. If both are ready, the left one is first.
pub(super) async fn first_of<L: Future, R: Future>(left: L, right: R) -> First {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|cx| {
        if left.as_mut().poll(cx).is_ready() {
            Poll::Ready(First::Left)
        } else {
            right.as_mut().poll(cx).map(|_| First::Right)
        }
    })
    .await
}

impl<S> fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

/// The time after which a call to the engine counts as failed.
const TAKE_DEADLINE: Duration = Duration::from_secs(10);

/// The time for putting deliveries back after the handlers were stopped.
const RELEASE_DEADLINE: Duration = Duration::from_secs(5);

const FIRST_PAUSE: Duration = Duration::from_millis(100);

const LONGEST_PAUSE: Duration = Duration::from_secs(5);
