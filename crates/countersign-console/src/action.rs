//! The actions of operators.

use countersign::inbox::State;

/// Something that an operator does to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Replay,
    Retry,
    Discard,
    Done,
}

impl Action {
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Replay, Self::Retry, Self::Discard, Self::Done]
            .into_iter()
            .find(|action| action.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Retry => "retry",
            Self::Discard => "discard",
            Self::Done => "done",
        }
    }

    /// The text of a button.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Replay => "Replay",
            Self::Retry => "Retry now",
            Self::Discard => "Discard",
            Self::Done => "Mark as done",
        }
    }

    /// The action, after it has happened.
    pub(crate) fn past(self) -> &'static str {
        match self {
            Self::Replay => "replayed",
            Self::Retry => "retried",
            Self::Discard => "discarded",
            Self::Done => "marked as done",
        }
    }

    /// Returns whether a row in this state can be changed.
    pub(crate) fn fits(self, state: State) -> bool {
        match self {
            Self::Replay => state != State::Running,
            Self::Retry => state == State::Waiting,
            Self::Discard | Self::Done => matches!(state, State::Waiting | State::Dead),
        }
    }
}
