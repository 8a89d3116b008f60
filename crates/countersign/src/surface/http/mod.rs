//! Code that tower and axum share, because both have the types of `http` 1.

mod chunks;
#[cfg(all(feature = "axum", feature = "tower"))]
pub(crate) mod default_limit;
mod extensions;
mod headers;
mod intake;
mod linger;
mod read;
mod response;

pub(crate) use chunks::{BoxError, Chunks};
pub use headers::HttpHeaders;
pub(crate) use intake::{Intake, Rejected, intake, refuse};
pub(crate) use read::read;
