//! What is measured.

use std::{error::Error, time::Duration};

use countersign::idempotency::{Claim, IdempotencyKey, Lease, Store};

use crate::database::Database;

/// What is done with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `insert .. on conflict do nothing`.
    Bare(Event),
    /// Claimed.
    Claim(Event),
    /// Claimed, then done.
    Handled,
    /// A bare insertion and an effect in one transaction.
    BareIn,
    /// Claimed in one transaction with an effect.
    ClaimIn,
}

/// Which event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// One that was not there before.
    New,
    /// One that is done.
    Done,
}

impl Subject {
    pub(crate) const ALL: [Self; 7] = [
        Self::Bare(Event::New),
        Self::Claim(Event::New),
        Self::Handled,
        Self::Bare(Event::Done),
        Self::Claim(Event::Done),
        Self::BareIn,
        Self::ClaimIn,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare(Event::New) => "new: bare insertion",
            Self::Claim(Event::New) => "new: claim",
            Self::Handled => "new: claim, then complete",
            Self::Bare(Event::Done) => "duplicate: bare insertion",
            Self::Claim(Event::Done) => "duplicate: claim",
            Self::BareIn => "transaction: bare insertion and an effect",
            Self::ClaimIn => "transaction: claim and an effect",
        }
    }

    /// What it is held against.
    pub(crate) fn bare(self) -> Self {
        match self {
            Self::Bare(event) | Self::Claim(event) => Self::Bare(event),
            Self::Handled => Self::Bare(Event::New),
            Self::BareIn | Self::ClaimIn => Self::BareIn,
        }
    }

    /// Whether the events are there before a turn.
    pub(crate) fn wants_them_done(self) -> bool {
        matches!(self, Self::Bare(Event::Done) | Self::Claim(Event::Done))
    }

    /// Does it with one event, and sees that it came out as it has to.
    pub(crate) async fn handle(
        self,
        key: &IdempotencyKey,
        database: &Database,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Database { pool, store, .. } = database;
        match self {
            Self::Bare(event) => {
                let client = pool.get().await?;
                let statement = client.prepare_cached(INSERT).await?;
                let inserted = client.execute(&statement, &[&key.as_str()]).await?;
                assert_eq!(inserted, u64::from(event == Event::New));
            }
            Self::Claim(event) => {
                let claim = store.claim(&Lease::new(key.clone()), LEASE).await?;
                assert_eq!(claim == Claim::Fresh, event == Event::New);
            }
            Self::Handled => {
                let lease = Lease::new(key.clone());
                assert_eq!(store.claim(&lease, LEASE).await?, Claim::Fresh);
                let _ = store.complete(&lease, TTL, Default::default()).await?;
            }
            Self::BareIn => {
                let mut client = pool.get().await?;
                let insert = client.prepare_cached(INSERT).await?;
                let effect = client.prepare_cached(EFFECT).await?;
                let transaction = client.transaction().await?;
                assert_eq!(transaction.execute(&insert, &[&key.as_str()]).await?, 1);
                transaction.execute(&effect, &[&key.as_str()]).await?;
                transaction.commit().await?;
            }
            Self::ClaimIn => {
                let mut client = pool.get().await?;
                let effect = client.prepare_cached(EFFECT).await?;
                let transaction = client.transaction().await?;
                assert_eq!(store.claim_in(&transaction, key, TTL).await?, Claim::Fresh);
                transaction.execute(&effect, &[&key.as_str()]).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}

const INSERT: &str = "insert into bare values ($1) on conflict do nothing";

const EFFECT: &str = "insert into effects values ($1)";

const LEASE: Duration = Duration::from_secs(60);

const TTL: Duration = Duration::from_secs(24 * 60 * 60);
