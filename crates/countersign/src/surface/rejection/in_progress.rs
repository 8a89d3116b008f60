//! The answer to a duplicate of an event that is still being handled.

/// Status of the answer to a delivery while its event is being handled for another delivery.
///
/// The sender has to send the event again, because it is not known yet whether the event will be
/// handled. A 2xx status cannot be chosen: it would acknowledge the event, and if the other handler
/// failed, the sender would not send the event again.
///
/// | status | senders that try again | senders that give up |
/// |---|---|---|
/// | 503 | nearly all | |
/// | 429 | Brevo, PagerDuty, Sanity, Zapier and most others | Dialpad, Merge, TradingView: every 4xx is final |
/// | 409 | senders that try again after every status except 2xx, such as Mailgun and Prolific | Brevo, Dialpad, GitLab, Merge, PagerDuty, Sanity, TradingView, Zapier: every 4xx, or every 4xx except 429, is final |
///
/// The table follows the senders' documentation. Brevo's page can also mean that 5xx is final:
/// choose 429 for Brevo.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "idempotency")] {
/// use countersign::idempotency::{Idempotency, InProgressStatus, MemoryStore};
///
/// let idempotency =
///     Idempotency::new(MemoryStore::new()).in_progress_status(InProgressStatus::TooManyRequests);
/// assert_eq!(InProgressStatus::TooManyRequests.code(), 429);
/// assert_eq!(InProgressStatus::default().code(), 503);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum InProgressStatus {
    /// 503 Service Unavailable: the receiver cannot decide at the moment.
    #[default]
    ServiceUnavailable,
    /// 429 Too Many Requests, for senders that do not try again after 5xx, or that disable an
    /// endpoint after it.
    TooManyRequests,
    /// 409 Conflict, only for senders that try again after every status except 2xx: other senders
    /// give up, and the event can be lost. Monitoring that counts 5xx does not report a failure.
    Conflict,
}

impl InProgressStatus {
    /// Returns the status code.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ServiceUnavailable => 503,
            Self::TooManyRequests => 429,
            Self::Conflict => 409,
        }
    }
}
