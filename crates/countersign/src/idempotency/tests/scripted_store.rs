//! A store whose behavior is set by a test.

use std::{
    collections::HashMap,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;

use crate::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError, Token};

/// A store whose claims a test can read and whose behavior a test can set.
#[derive(Clone, Default)]
pub(super) struct ScriptedStore {
    pub(super) states: Arc<Mutex<HashMap<String, State>>>,
    mood: Arc<Mutex<Mood>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Claimed(Token),
    Done(Bytes),
}

#[derive(Clone, Copy, Default)]
pub(super) enum Mood {
    #[default]
    Works,
    Fails,
    Hangs,
    /// Executes the request, and never answers.
    HangsAfterwards,
}

impl ScriptedStore {
    pub(super) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(super) fn state(&self) -> Option<State> {
        self.states.lock().unwrap().get("x-webhook-signature/-/user.created/evt_1").cloned()
    }

    async fn answer<T>(
        &self,
        act: impl FnOnce(&mut HashMap<String, State>) -> T,
    ) -> Result<T, StoreError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Works => Ok(act(&mut self.states.lock().unwrap())),
            Mood::Fails => Err(StoreError::new("out of reach at redis://user:password@host")),
            Mood::Hangs => pending().await,
            Mood::HangsAfterwards => {
                act(&mut self.states.lock().unwrap());
                pending().await
            }
        }
    }
}

impl Store for ScriptedStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        self.answer(|states| match states.get(lease.key().as_str()) {
            Some(State::Claimed(_)) => Claim::InProgress { retry_after: length },
            Some(State::Done(note)) => Claim::Done { note: note.clone() },
            None => {
                states.insert(lease.key().as_str().to_owned(), State::Claimed(lease.token()));
                Claim::Fresh
            }
        })
        .await
    }

    async fn complete(
        &self,
        lease: &Lease,
        _: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        self.answer(|states| {
            states.insert(lease.key().as_str().to_owned(), State::Done(note));
            Settled::Applied
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        self.answer(|states| {
            if states.get(lease.key().as_str()) != Some(&State::Claimed(lease.token())) {
                return Settled::LeaseLost;
            }
            states.remove(lease.key().as_str());
            Settled::Applied
        })
        .await
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        self.answer(|states| {
            let is_done = matches!(states.get(key.as_str()), Some(State::Done(_)));
            is_done && states.remove(key.as_str()).is_some()
        })
        .await
    }
}
