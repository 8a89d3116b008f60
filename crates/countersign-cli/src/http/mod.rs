//! HTTP requests to the URL that the user gave, and to no other.

mod client;
mod url;

pub(crate) use client::{Answer, Client, Request};
pub(crate) use url::parse as parse_url;
