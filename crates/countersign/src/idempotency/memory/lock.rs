//! A lock that cannot be held across an await.

#[cfg(not(test))]
use std::sync::Mutex;
use std::sync::PoisonError;

#[cfg(test)]
use super::model::Mutex;

/// Lets one at a time at what it holds.
pub(super) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(super) fn new(held: T) -> Self {
        Self(Mutex::new(held))
    }

    pub(super) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        // Nothing that is done under it panics; if it did, each event would still be in one state.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
