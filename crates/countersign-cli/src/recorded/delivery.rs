//! A recorded request.

use std::time::SystemTime;

use crate::header::{self, Field};

/// A recorded request, with the exact bytes of its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// `None` if the record does not have the whole URL.
    pub(crate) url: Option<String>,
    pub(crate) headers: Vec<Field>,
    pub(crate) body: Vec<u8>,
    /// `None` if the record does not have the time.
    pub(crate) received_at: Option<SystemTime>,
    /// The provider, if `listen` made the record.
    pub(crate) provider: Option<String>,
}

/// Returns the URL of a request for this target. A request does not have its scheme, so that it is
/// `http` unless a proxy has added the header `X-Forwarded-Proto`.
pub(super) fn url(target: &str, headers: &[Field]) -> Option<String> {
    if target.contains("://") {
        return Some(target.to_owned());
    }
    let host = header::value(headers, "host").filter(|host| !host.is_empty())?;
    let scheme = header::value(headers, "x-forwarded-proto").unwrap_or("http");
    Some(format!("{scheme}://{host}{target}"))
}
