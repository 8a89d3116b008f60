//! The answer to a duplicate of an event that is still being handled.

/// Status of the answer to a delivery while its event is being handled for another delivery.
///
/// The sender has to send the event again, because nobody knows yet whether it will be handled. No
/// status of success can be chosen: it would acknowledge the event, and if the other handler failed,
/// nobody would send it again.
///
/// | status | senders that try again | senders that give up |
/// |---|---|---|
/// | 503 | nearly all | |
/// | 429 | Brevo, PagerDuty, Sanity, Zapier and most others | Dialpad, Merge, TradingView: every 4xx is final |
/// | 409 | senders that repeat whatever is not 2xx, such as Mailgun and Prolific | Brevo, Dialpad, GitLab, Merge, PagerDuty, Sanity, TradingView, Zapier: every 4xx, or every one but 429, is final |
///
/// This is what the senders document. Brevo's page can be read so that 5xx, too, is final: choose 429
/// for it.
///
/// # Examples
///
/// ```
/// use countersign::idempotency::{Idempotency, InProgressStatus, MemoryStore};
///
/// let idempotency =
///     Idempotency::new(MemoryStore::new()).in_progress_status(InProgressStatus::TooManyRequests);
/// assert_eq!(InProgressStatus::TooManyRequests.code(), 429);
/// assert_eq!(InProgressStatus::default().code(), 503);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InProgressStatus {
    /// 503 Service Unavailable: the receiver cannot decide at the moment.
    #[default]
    ServiceUnavailable,
    /// 429 Too Many Requests, for senders that take 5xx for final, or disable an endpoint after it.
    TooManyRequests,
    /// 409 Conflict, for senders that repeat whatever is not 2xx, where monitoring counts 5xx as
    /// failures.
    Conflict,
}

impl InProgressStatus {
    /// The status code.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ServiceUnavailable => 503,
            Self::TooManyRequests => 429,
            Self::Conflict => 409,
        }
    }
}
