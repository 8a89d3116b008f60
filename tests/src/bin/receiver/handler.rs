//! The handler of all endpoints.

use std::{process, time::Duration};

use countersign::{Rejection, adapter::body_digest, idempotency::IdempotencyKey, inbox::Attempt};
use serde::Serialize;
use tokio::time::sleep;

use crate::{
    arguments::Arguments,
    effects::Effects,
    given::{Given, Told},
};

/// Adds a line for each event.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    effects: Effects,
    before_effect: Duration,
    after_effect: Duration,
}

/// The reason why an event was not handled.
pub(crate) enum Failure {
    /// The rejection has its own answer.
    Rejected(Rejection),
    /// The answer is 500.
    Failed,
}

/// The reason why a delivery of an inbox was not handled.
pub(crate) enum Unhandled {
    /// Another attempt may succeed.
    Retry,
    /// No attempt succeeds.
    Dead,
}

impl Handler {
    pub(crate) fn new(arguments: &Arguments, effects: Effects) -> Self {
        let Arguments { before_effect, after_effect, .. } = *arguments;
        Self { effects, before_effect, after_effect }
    }

    /// Handles a delivery, with the bytes that the handler was given. Returns the body of the
    /// answer.
    ///
    /// Events whose body contains the text `"test.fails"` fail.
    pub(crate) async fn handle(&self, given: &impl Given, bytes: &[u8]) -> Result<String, Failure> {
        let facts = given.facts();
        if facts.bytes.windows(FAILS.len()).any(|text| text == FAILS) {
            return Err(Failure::Failed);
        }
        self.add(given.key().as_ref(), facts.id, facts.bytes).await?;
        let answer = Answer {
            provider: facts.provider,
            r#type: facts.event_type,
            id: facts.id,
            secret: facts.secret,
            body_sha256: hex(&body_digest(bytes)),
        };
        serde_json::to_string(&answer).map_err(|_| Failure::Failed)
    }

    /// Handles a delivery that an inbox kept.
    ///
    /// Events of the type `test.fails` fail at their first attempt. Those of `test.dead` cannot be
    /// handled. Those of `test.aborts` end the process.
    pub(crate) async fn handle_kept(
        &self,
        event: &impl Told,
        bytes: &[u8],
        attempt: Option<&Attempt>,
    ) -> Result<(), Unhandled> {
        match event.event_type() {
            Some("test.fails") if attempt.is_none_or(|attempt| attempt.number() == 1) => {
                return Err(Unhandled::Retry);
            }
            Some("test.dead") => return Err(Unhandled::Dead),
            Some("test.aborts") => process::abort(),
            _ => {}
        }
        sleep(self.before_effect).await;
        let id = event.id().map_or_else(|| hex(&body_digest(bytes)), str::to_owned);
        let added = self.effects.add_kept(&id, self.after_effect, attempt);
        added.await.map_err(|_| Unhandled::Retry)
    }

    /// Adds the line of an event. The line of an event without an id is the digest of its bytes.
    async fn add(
        &self,
        key: Option<&IdempotencyKey>,
        id: Option<&str>,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        sleep(self.before_effect).await;
        let id = id.map_or_else(|| hex(&body_digest(bytes)), str::to_owned);
        self.effects.add(key, &id, self.after_effect).await
    }

    /// Adds a line for an event that a handler of one type was given.
    pub(crate) async fn dispatched(&self, line: &str) -> Result<(), Failure> {
        self.effects.add(None, &line.replace(' ', ":"), self.after_effect).await
    }

    /// Returns the ids of all effects, one a line.
    pub(crate) async fn effects(&self) -> Result<String, Failure> {
        self.effects.list().await
    }
}

const FAILS: &[u8] = b"\"test.fails\"";

/// The answer to a sender, with its members in this order.
#[derive(Serialize)]
struct Answer<'a> {
    provider: &'static str,
    r#type: Option<&'a str>,
    id: Option<&'a str>,
    secret: usize,
    body_sha256: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
