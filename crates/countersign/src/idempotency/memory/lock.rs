//! A lock that cannot be held across an await.

#[cfg(not(test))]
use std::sync::Mutex;
use std::sync::PoisonError;

#[cfg(test)]
use super::model::Mutex;

/// A mutex that is locked only while a closure runs.
pub(super) struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    pub(super) fn new(held: T) -> Self {
        Self(Mutex::new(held))
    }

    pub(super) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        // No closure panics; if one did, each event would still be in one state.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
