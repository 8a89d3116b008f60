//! The states of rows, as the file has them.

use countersign::inbox::State;

/// Reads the name of a state. A row whose state was written by hand, and has no such name, counts
/// as discarded: no worker takes it.
pub(super) fn named(name: &str) -> State {
    [State::Waiting, State::Running, State::Done, State::Dead]
        .into_iter()
        .find(|state| state.name() == name)
        .unwrap_or(State::Discarded)
}
