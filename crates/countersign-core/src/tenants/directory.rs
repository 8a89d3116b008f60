//! The lookup of tenants and their keys, independent of the source.

use std::{error::Error, fmt, future::Future, pin::Pin, sync::Arc};

use crate::{key::Keys, request::RequestHead};

/// Finds tenants and their keys in a source of any type.
pub(crate) trait Directory: Send + Sync {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String>;
    fn keys<'a>(&'a self, tenant: &'a str) -> Looked<'a, Option<Arc<Keys>>>;
    /// Returns the stand-in keys for tenants that do not exist. They are made once. A check with
    /// them takes as long as a check with the keys of a tenant with one secret.
    fn of_nobody(&self) -> &Arc<Keys>;
    /// Forgets one tenant, or all tenants. A call of `keys` that begins after this method has
    /// returned never returns keys that were read before.
    fn forget(&self, tenant: Option<&str>);
}

pub(crate) type Looked<'a, T> = Pin<Box<dyn Future<Output = Result<T, LookupError>> + Send + 'a>>;

/// The lookup of a delivery's secrets, after which its verification `T` begins.
pub type Lookup<T> = Pin<Box<dyn Future<Output = Result<T, LookupError>> + Send>>;

/// A failed lookup of a tenant's secrets: the source is not reachable, or it returned a secret that
/// does not have the scheme's form.
#[derive(Clone)]
pub struct LookupError(Arc<dyn Error + Send + Sync>);

impl LookupError {
    #[cfg(feature = "tenants")]
    pub(crate) fn new(error: Box<dyn Error + Send + Sync>) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tenant's secrets could not be looked up")
    }
}

impl fmt::Debug for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Error for LookupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Two errors are equal only if they come from the same lookup.
impl PartialEq for LookupError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for LookupError {}
