//! The headers of a signed body.

use std::fmt;

use crate::HeaderSource;

/// The header fields that a provider would send with a body, the signature first.
///
/// A verifier takes them as they are, as a [`HeaderSource`]. `Debug` shows only the names, because
/// anybody who has a signature can send its delivery again.
#[derive(Clone)]
pub struct SignedHeaders(pub(super) Vec<(String, String)>);

impl SignedHeaders {
    /// Returns the names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl IntoIterator for SignedHeaders {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl HeaderSource for SignedHeaders {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.values(name)
    }
}

impl fmt::Debug for SignedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
