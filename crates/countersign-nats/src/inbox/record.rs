//! The state of a delivery, as it is stored.

use std::time::{Duration, SystemTime};

use async_nats::{
    HeaderMap,
    jetstream::message::{PublishMessage, StreamMessage},
};
use bytes::Bytes;
use countersign::{idempotency::Token, inbox::StoreError};
use serde::{Deserialize, Serialize};

/// The state of a delivery that was taken at least once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) state: State,
    /// The number of attempts until now.
    pub(super) attempts: u32,
    /// The number of attempts directly before this one whose lease ran out without a result.
    #[serde(default)]
    pub(super) vanished: u32,
    /// True if the delivery was taken with no attempts left, only to be buried.
    #[serde(default)]
    pub(super) is_exhausted: bool,
    /// The attempt that wrote this state.
    pub(super) token: String,
    /// The time from the receipt of this message by the server until the delivery is due, in
    /// milliseconds. 0 for a delivery that has ended.
    #[serde(default)]
    pub(super) due_in_ms: u64,
    /// The reason of the attempt that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Running,
    Waiting,
    Done,
    Dead,
}

/// A state with the number and the time of its message.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) revision: u64,
    pub(super) record: Record,
    pub(super) written_at: SystemTime,
}

impl Record {
    /// Reads the headers of a state.
    pub(super) fn read(headers: &HeaderMap) -> Result<Self, StoreError> {
        let text = headers.get(STATE).ok_or_else(|| StoreError::new("a state has no header"))?;
        serde_json::from_str(text.as_str()).map_err(StoreError::new)
    }

    /// Makes the message that replaces the state with this number; 0 if there is none.
    pub(super) fn replacing(
        &self,
        revision: u64,
        keep_for: Duration,
        body: Bytes,
    ) -> Result<PublishMessage, StoreError> {
        let text = serde_json::to_string(self).map_err(StoreError::new)?;
        let message = PublishMessage::build()
            .payload(body)
            .header(STATE, text)
            .expected_last_subject_sequence(revision);
        // A state must not be forgotten while its delivery can be given out.
        let seconds = (keep_for + Duration::from_millis(self.due_in_ms)).as_secs() + 1;
        Ok(match self.state {
            State::Dead => message,
            _ => message.header(async_nats::header::NATS_MESSAGE_TTL, format!("{seconds}s")),
        })
    }

    /// Returns the state that follows if the attempt ends.
    pub(super) fn ended(&self, state: State, delay: Duration, reason: Option<&str>) -> Self {
        Self {
            state,
            vanished: 0,
            is_exhausted: false,
            due_in_ms: milliseconds(delay),
            reason: reason.map_or_else(|| self.reason.clone(), |reason| Some(reason.to_owned())),
            ..self.clone()
        }
    }

    /// Returns the state that follows if the attempt is put back, as if it had not begun.
    pub(super) fn released(&self) -> Self {
        let attempts = if self.is_exhausted { self.attempts } else { self.attempts - 1 };
        Self { state: State::Waiting, attempts, is_exhausted: false, due_in_ms: 0, ..self.clone() }
    }
}

impl Stored {
    pub(super) fn read(message: &StreamMessage) -> Result<Self, StoreError> {
        Ok(Self {
            revision: message.sequence,
            record: Record::read(&message.headers)?,
            written_at: message.time.into(),
        })
    }

    /// Returns the time at which the delivery is due, by the server's clock.
    pub(super) fn due_at(&self) -> SystemTime {
        self.written_at + Duration::from_millis(self.record.due_in_ms)
    }
}

/// Writes a token as text.
pub(super) fn text_of(token: Token) -> String {
    token.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rounds up, so that no lease ends too early. Durations of more than ten years are ten years, so
/// that the server's times do not overflow.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    let rounded = duration.min(LONGEST).as_nanos().div_ceil(1_000_000);
    u64::try_from(rounded).unwrap_or(u64::MAX)
}

pub(super) const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

const STATE: &str = "Countersign-State";
