//! The head of a request, from which the tenant is found.

use std::fmt;

use crate::{
    HeaderSource,
    headers::{Occurrence, single},
};

/// The target of a request: its path and its authority (RFC 9112, section 3.2).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestTarget<'a> {
    /// The path, as the router that calls the verifier sees it.
    pub path: &'a str,
    /// The authority, if the request has one: HTTP/2's `:authority`.
    pub authority: Option<&'a str>,
}

impl<'a> RequestTarget<'a> {
    /// Makes a target with this path and without an authority.
    #[must_use]
    pub const fn new(path: &'a str) -> Self {
        Self { path, authority: None }
    }

    /// Sets the authority.
    #[must_use]
    pub const fn authority(self, authority: Option<&'a str>) -> Self {
        Self { authority, ..self }
    }
}

/// A request without its body, from which a `SecretSource` finds the tenant.
///
/// # Security
///
/// No part of the head is signed. Use it only to choose the tenant whose secrets are tried: the
/// delivery counts only for that tenant, which
/// [`Verified::tenant`](crate::adapter::VerifiedDelivery::tenant) returns.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    target: RequestTarget<'a>,
    headers: &'a dyn Fields,
}

impl<'a> RequestHead<'a> {
    pub(crate) fn new<H: HeaderSource>(target: RequestTarget<'a>, headers: &'a H) -> Self {
        Self { target, headers }
    }

    /// Returns the path, percent-encoded as it was received. axum removes the prefix that a `nest`
    /// matched.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.target.path
    }

    /// Returns the last segment of the path, such as `acme` of `/hooks/acme`. Returns `None` if it
    /// is empty.
    #[must_use]
    pub fn last_segment(&self) -> Option<&'a str> {
        self.path().rsplit('/').next().filter(|segment| !segment.is_empty())
    }

    /// Returns the host of the request, with its port if it has one, as it was received. The header
    /// `X-Forwarded-Host` of proxies is ignored.
    #[must_use]
    pub fn host(&self) -> Option<&'a str> {
        self.target.authority.or_else(|| self.header("host"))
    }

    /// Returns the value of a header that occurs exactly once and is UTF-8.
    #[must_use]
    pub fn header(&self, name: &'a str) -> Option<&'a str> {
        match self.headers.single(name) {
            Occurrence::Once(value) => str::from_utf8(value).ok(),
            Occurrence::Absent | Occurrence::Repeated => None,
        }
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead").field("target", &self.target).finish_non_exhaustive()
    }
}

/// The object-safe part of a [`HeaderSource`].
trait Fields {
    fn single<'a>(&'a self, name: &'a str) -> Occurrence<'a>;
}

impl<H: HeaderSource> Fields for H {
    fn single<'a>(&'a self, name: &'a str) -> Occurrence<'a> {
        single(self, name)
    }
}
