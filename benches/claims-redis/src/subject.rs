//! The ways of handling an event that are measured.

use std::{error::Error, time::Duration};

use countersign::idempotency::{Claim, IdempotencyKey, Lease, Store as _};
use countersign_redis::redis::cmd;

use crate::server::Server;

/// A way of handling an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `SET key 1 NX PX`.
    Bare(Event),
    /// `EXISTS`, then `SET`.
    Documented,
    /// A claim.
    Claim(Event),
    /// A claim, then its completion.
    Handled,
}

/// The kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An event without a key.
    New,
    /// An event that is done.
    Done,
}

impl Subject {
    pub(crate) const ALL: [Self; 6] = [
        Self::Bare(Event::New),
        Self::Claim(Event::New),
        Self::Documented,
        Self::Handled,
        Self::Bare(Event::Done),
        Self::Claim(Event::Done),
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare(Event::New) => "new: bare SET NX PX",
            Self::Claim(Event::New) => "new: claim",
            Self::Documented => "new: EXISTS, then SET (racy)",
            Self::Handled => "new: claim, then complete",
            Self::Bare(Event::Done) => "duplicate: bare SET NX PX",
            Self::Claim(Event::Done) => "duplicate: claim",
        }
    }

    /// Returns the bare subject to compare with.
    pub(crate) fn bare(self) -> Self {
        match self {
            Self::Bare(event) | Self::Claim(event) => Self::Bare(event),
            Self::Documented | Self::Handled => Self::Bare(Event::New),
        }
    }

    /// Returns whether the events must be done before a turn.
    pub(crate) fn wants_them_done(self) -> bool {
        matches!(self, Self::Bare(Event::Done) | Self::Claim(Event::Done))
    }

    /// Handles one event, and checks the result.
    pub(crate) async fn handle(
        self,
        key: &IdempotencyKey,
        server: &Server,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut connection = server.connection.clone();
        match self {
            Self::Bare(event) => {
                let key = format!("countersign:{key}");
                let mut set = cmd("SET");
                set.arg(key).arg(1).arg("NX").arg("PX").arg(60_000);
                let is_new: bool = set.query_async(&mut connection).await?;
                assert_eq!(is_new, event == Event::New);
            }
            Self::Documented => {
                let key = format!("countersign:{key}");
                let exists: bool = cmd("EXISTS").arg(&key).query_async(&mut connection).await?;
                assert!(!exists);
                cmd("SET")
                    .arg(&key)
                    .arg(1)
                    .arg("PX")
                    .arg(60_000)
                    .exec_async(&mut connection)
                    .await?;
            }
            Self::Claim(event) => {
                let claim = server.store.claim(&Lease::new(key.clone()), LEASE).await?;
                assert_eq!(claim == Claim::Fresh, event == Event::New);
            }
            Self::Handled => {
                let lease = Lease::new(key.clone());
                assert_eq!(server.store.claim(&lease, LEASE).await?, Claim::Fresh);
                let _ = server.store.complete(&lease, TTL, Default::default()).await?;
            }
        }
        Ok(())
    }
}

const LEASE: Duration = Duration::from_secs(60);

const TTL: Duration = Duration::from_secs(24 * 60 * 60);
