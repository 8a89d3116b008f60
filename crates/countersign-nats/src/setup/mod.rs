//! The streams of an inbox, and the checks before it is used.

mod error;
mod monitoring;
mod opening;
mod streams;
mod version;

pub use error::SetupError;
pub use opening::Opening;
pub(crate) use streams::{Names, token_of};
