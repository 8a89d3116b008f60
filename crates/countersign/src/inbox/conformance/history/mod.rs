//! Rules for an inbox with a history.

pub(super) mod attempts;
pub(super) mod discards;
pub(super) mod lists;
pub(super) mod prunes;
pub(super) mod replays;
pub(super) mod retries;
pub(super) mod rows;
mod trial;

/// The number of a row that no inbox has.
const UNKNOWN: super::super::RowId = super::super::RowId(i64::MAX);
