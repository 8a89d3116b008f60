//! Rules for an inbox with a history.

pub(super) mod activity;
pub(super) mod attempts;
pub(super) mod discards;
pub(super) mod lists;
pub(super) mod marks;
pub(super) mod prunes;
pub(super) mod replays;
pub(super) mod retries;
pub(super) mod rows;
mod trial;

/// The number of a row that no inbox has.
const UNKNOWN: super::super::RowId = super::super::RowId(i64::MAX);

/// The reason of the operator who marks a row as done.
const MARKED: &str = "it was handled by hand: \u{201c}caf\u{e9}\u{201d}";
