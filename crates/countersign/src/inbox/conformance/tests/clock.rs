//! A clock that can be set.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// A clock that runs with tokio's time, or that is stopped until it is set.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<Mutex<Instant>>>);

impl Clock {
    pub(crate) fn stopped() -> Self {
        Self(Some(Arc::new(Mutex::new(Instant::now()))))
    }

    pub(crate) fn setter(&self) -> impl Fn(Duration) + Send + Sync + use<> {
        let now = self.0.clone().expect("a clock that is stopped");
        move |duration| *now.lock().unwrap() += duration
    }

    pub(crate) fn now(&self) -> Instant {
        self.0.as_ref().map_or_else(Instant::now, |now| *now.lock().unwrap())
    }
}

/// The start of an engine, in both kinds of time.
#[derive(Clone, Copy)]
pub(super) struct Start {
    instant: Instant,
    time: SystemTime,
}

impl Start {
    pub(super) fn of(clock: &Clock) -> Self {
        Self { instant: clock.now(), time: SystemTime::now() }
    }

    pub(super) fn time_at(self, instant: Instant) -> SystemTime {
        self.time + instant.saturating_duration_since(self.instant)
    }
}
