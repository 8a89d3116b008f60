//! The server's clock.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use async_nats::{datetime::parse_rfc3339, jetstream::Context};
use countersign::inbox::StoreError;
use serde::Deserialize;

use super::store::ask;

/// The server's clock, so that the clocks of workers do not matter.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The time of the server at a moment of this process.
    last: Mutex<Option<(Instant, SystemTime)>>,
}

impl Clock {
    /// Returns the time of the server that leads the stream. It is asked again if its last answer is older than 10 s.
    pub(super) async fn now(
        &self,
        context: &Context,
        stream: &str,
    ) -> Result<SystemTime, StoreError> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, time) = match last {
            Some((at, time)) if at.elapsed() < INTERVAL => (at, time),
            _ => {
                let answer = ask(|| async {
                    let asked = Instant::now();
                    let subject = format!("STREAM.INFO.{stream}");
                    let answer: Result<Answer, _> =
                        context.request(subject, &serde_json::json!({})).await;
                    // Half of the time has passed when the server writes it.
                    answer.map(|answer| (asked + asked.elapsed() / 2, answer.ts))
                });
                let (at, ts) = answer.await?.map_err(StoreError::new)?;
                let time = parse_rfc3339(&ts).map_err(StoreError::new)?.into();
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, time));
                (at, time)
            }
        };
        Ok(time + at.elapsed())
    }
}

#[derive(Deserialize)]
struct Answer {
    /// The server's time.
    ts: String,
}

const INTERVAL: Duration = Duration::from_secs(10);
