//! The ways of handling an event that are measured.

use std::{error::Error, time::Duration};

use countersign::idempotency::{Claim, IdempotencyKey, Lease, Store};

use tokio_postgres::types::Type;

use self::Sending::{Prepared, Unnamed};
use crate::database::Database;

/// A way of handling an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `insert .. on conflict do nothing`.
    Bare(Event, Sending),
    /// A claim.
    Claim(Event, Sending),
    /// A claim, then its completion.
    Handled(Sending),
    /// A bare insertion and an effect in one transaction.
    BareIn,
    /// A claim and an effect in one transaction.
    ClaimIn,
}

/// The way a statement is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// Unnamed, in one round trip: the server plans it each time.
    Unnamed,
    /// Prepared once for each connection.
    Prepared,
}

/// The kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An event without a row.
    New,
    /// An event that is done.
    Done,
}

impl Subject {
    pub(crate) const ALL: [Self; 12] = [
        Self::Bare(Event::New, Unnamed),
        Self::Claim(Event::New, Unnamed),
        Self::Handled(Unnamed),
        Self::Bare(Event::Done, Unnamed),
        Self::Claim(Event::Done, Unnamed),
        Self::Bare(Event::New, Prepared),
        Self::Claim(Event::New, Prepared),
        Self::Handled(Prepared),
        Self::Bare(Event::Done, Prepared),
        Self::Claim(Event::Done, Prepared),
        Self::BareIn,
        Self::ClaimIn,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare(Event::New, Unnamed) => "new: bare insertion",
            Self::Claim(Event::New, Unnamed) => "new: claim",
            Self::Handled(Unnamed) => "new: claim, then complete",
            Self::Bare(Event::Done, Unnamed) => "duplicate: bare insertion",
            Self::Claim(Event::Done, Unnamed) => "duplicate: claim",
            Self::Bare(Event::New, Prepared) => "new, prepared: bare insertion",
            Self::Claim(Event::New, Prepared) => "new, prepared: claim",
            Self::Handled(Prepared) => "new, prepared: claim, then complete",
            Self::Bare(Event::Done, Prepared) => "duplicate, prepared: bare insertion",
            Self::Claim(Event::Done, Prepared) => "duplicate, prepared: claim",
            Self::BareIn => "transaction: bare insertion and an effect",
            Self::ClaimIn => "transaction: claim and an effect",
        }
    }

    /// Returns the bare subject to compare with.
    pub(crate) fn bare(self) -> Self {
        match self {
            Self::Bare(event, sending) | Self::Claim(event, sending) => Self::Bare(event, sending),
            Self::Handled(sending) => Self::Bare(Event::New, sending),
            Self::BareIn | Self::ClaimIn => Self::BareIn,
        }
    }

    /// Returns whether the events must be done before a turn.
    pub(crate) fn wants_them_done(self) -> bool {
        matches!(self, Self::Bare(Event::Done, _) | Self::Claim(Event::Done, _))
    }

    /// Handles one event, and checks the result.
    pub(crate) async fn handle(
        self,
        key: &IdempotencyKey,
        database: &Database,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Database { pool, store, prepared, .. } = database;
        let by = |sending| if sending == Prepared { prepared } else { store };
        match self {
            Self::Bare(event, sending) => {
                let client = pool.get().await?;
                let inserted = if sending == Prepared {
                    let statement = client.prepare_cached(INSERT).await?;
                    client.execute(&statement, &[&key.as_str()]).await?
                } else {
                    client.execute_typed(INSERT, &[(&key.as_str(), Type::TEXT)]).await?
                };
                assert_eq!(inserted, u64::from(event == Event::New));
            }
            Self::Claim(event, sending) => {
                let claim = by(sending).claim(&Lease::new(key.clone()), LEASE).await?;
                assert_eq!(claim == Claim::Fresh, event == Event::New);
            }
            Self::Handled(sending) => {
                let (store, lease) = (by(sending), Lease::new(key.clone()));
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
