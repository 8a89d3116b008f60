//! Outcomes, as spans and metrics name them.

/// The verdict on a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted,
    Rejected,
    /// It is not known whether the delivery is genuine.
    Unavailable,
}

impl Outcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unavailable => "unavailable",
        }
    }
}

/// The result of claiming an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClaimOutcome {
    First,
    Duplicate,
    InProgress,
    /// It is not known whether the event is new.
    Unavailable,
}

#[cfg(feature = "metrics")]
impl ClaimOutcome {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Duplicate => "duplicate",
            Self::InProgress => "in_progress",
            Self::Unavailable => "unavailable",
        }
    }
}
