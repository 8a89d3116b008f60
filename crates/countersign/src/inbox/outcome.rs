//! The end of an attempt.

use std::{error::Error, fmt, time::Duration};

use crate::{PayloadError, logs::causes::Causes};

/// The meaning of a handler's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The delivery is done.
    Done,
    /// The delivery is handled again later, as [`Retries`](super::Retries) says.
    Retry,
    /// The delivery is dead: another attempt would fail in the same way.
    Dead,
}

impl Outcome {
    /// Returns the meaning of a status, unless [`Inbox::outcomes`](super::Inbox::outcomes) sets
    /// another one.
    ///
    /// | status | outcome |
    /// |---|---|
    /// | 2xx | done |
    /// | 408, 409, 423, 425, 429 | retry |
    /// | other 4xx | dead, because bad data does not get better |
    /// | all others | retry |
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::inbox::Outcome;
    ///
    /// assert_eq!(Outcome::of_status(204), Outcome::Done);
    /// assert_eq!(Outcome::of_status(503), Outcome::Retry);
    /// assert_eq!(Outcome::of_status(422), Outcome::Dead);
    /// ```
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Done,
            408 | 409 | 423 | 425 | 429 => Self::Retry,
            400..=499 => Self::Dead,
            _ => Self::Retry,
        }
    }

    /// Returns the name of the outcome, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retry => "retry",
            Self::Dead => "dead",
        }
    }
}

/// The error of a handler of [`Inbox::worker`](super::Inbox::worker).
///
/// Every other error becomes one, with another attempt later, so that `?` works in handlers.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use countersign::inbox::{Failure, Outcome};
///
/// let failure = Failure::from(std::io::Error::other("the mail server is away"));
/// assert_eq!(failure.outcome(), Outcome::Retry);
/// assert_eq!(failure.to_string(), "the mail server is away");
///
/// assert_eq!(Failure::dead("there is no such customer").outcome(), Outcome::Dead);
/// let failure = Failure::retry_after(Duration::from_secs(90), "too many calls");
/// assert_eq!(failure.outcome(), Outcome::Retry);
/// ```
#[derive(Debug)]
pub struct Failure {
    outcome: Outcome,
    after: Option<Duration>,
    error: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// Handles the delivery again, as [`Retries`](super::Retries) says.
    pub fn retry(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { outcome: Outcome::Retry, after: None, error: error.into() }
    }

    /// Handles the delivery again after this time, unless this was its last attempt.
    pub fn retry_after(after: Duration, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { after: Some(after), ..Self::retry(error) }
    }

    /// Makes the delivery dead, because another attempt would fail in the same way.
    pub fn dead(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { outcome: Outcome::Dead, ..Self::retry(error) }
    }

    /// Makes the delivery dead, because it is not the expected event.
    pub(super) fn payload(error: PayloadError) -> Self {
        Self::dead(error)
    }

    /// Returns what happens to the delivery.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    pub(super) fn into_end(self) -> End {
        let reason = Causes::from(&*self.error).to_string();
        End { outcome: self.outcome, after: self.after, reason }
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

/// The end of an attempt, and the reason if the delivery is not done.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) outcome: Outcome,
    /// The time until the next attempt, if the handler has named one.
    pub(crate) after: Option<Duration>,
    pub(crate) reason: String,
}

impl End {
    pub(crate) fn done() -> Self {
        Self { outcome: Outcome::Done, after: None, reason: String::new() }
    }

    pub(crate) fn retry(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Retry, after: None, reason: reason.into() }
    }

    pub(crate) fn dead(reason: impl Into<String>) -> Self {
        Self { outcome: Outcome::Dead, after: None, reason: reason.into() }
    }
}
