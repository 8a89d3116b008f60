//! The states of rows, as the file has them.

use countersign::inbox::State;

/// Reads the name of a state. An unknown name, which was written by hand, is shown as discarded.
/// Workers do not look at it: they take the row when its `due_at` has passed.
pub(super) fn named(name: &str) -> State {
    [State::Waiting, State::Running, State::Done, State::Dead]
        .into_iter()
        .find(|state| state.name() == name)
        .unwrap_or(State::Discarded)
}
