//! A failure of a store.

use std::{error::Error, fmt, sync::Arc};

use crate::logs::causes::Causes;

/// A failure of a store of idempotency, or of the engine of an inbox: it is out of reach, or its
/// answer is not valid.
///
/// # Security
///
/// The [`source`](Error::source) is the error that the store reported. It is for the log only, and
/// never part of an answer. `Debug` writes the error and the first line of each source, so that a
/// `main` that returns the error prints a readable line.
#[derive(Clone)]
pub struct StoreError(Arc<dyn Error + Send + Sync>);

impl StoreError {
    /// Wraps the error of the store.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into().into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store failed")
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}: {}", Causes::from(&*self.0))
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Compares by identity: two errors are equal if they are clones of one error.
impl PartialEq for StoreError {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StoreError {}
