//! The pages.

pub(crate) mod actions;
mod chart;
pub(crate) mod counted;
pub(crate) mod delivery;
pub(crate) mod form;
pub(crate) mod frame;
mod headers;
mod hours;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod many;
pub(crate) mod message;
pub(crate) mod overview;
pub(crate) mod prune;
#[cfg(feature = "refusals")]
pub(crate) mod refused;
mod rows;
mod scan;
mod search;
mod silence;
mod view;

pub(crate) use frame::Frame;
pub(crate) use view::View;
