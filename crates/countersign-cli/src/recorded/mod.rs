//! Recorded requests: raw HTTP, `.http` files, HAR, and the JSON events of API gateways.
//!
//! A file is read without conversion, so that the body is exactly the one that arrived.

mod arguments;
mod chunked;
mod delivery;
mod file;
mod format;
mod gateway;
mod har;
mod raw;

pub(crate) use arguments::DeliveryArguments;
pub(crate) use delivery::Recorded;
pub(crate) use format::{Format, read};
