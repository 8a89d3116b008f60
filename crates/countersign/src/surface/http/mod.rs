//! What tower and axum have in common: the types of `http` 1.

mod chunks;
#[cfg(all(feature = "axum", feature = "tower"))]
pub(crate) mod default_limit;
mod extensions;
mod headers;
mod intake;
mod linger;
mod read;
mod response;

pub(crate) use chunks::BoxError;
pub(crate) use chunks::Chunks;
pub use headers::HttpHeaders;
pub(crate) use intake::Rejected;
pub(crate) use intake::{Intake, intake, refuse};
pub(crate) use read::read;
