//! The statements of claims. Each job holds the lock of the file, so that nothing changes between
//! its read and its write.

use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled};
use rusqlite::{Result, params};

use crate::{
    engine::{Statements, Upkeep, within_transaction},
    time::{Clock, between},
};

/// The lease of a worker, copied for the thread that writes.
pub(super) struct Claimant {
    key: IdempotencyKey,
    token: [u8; 16],
}

/// The row of an event.
struct Event {
    /// True if the row has the token of the claimant.
    is_own: bool,
    expires_at: i64,
    /// `None` while the event is in progress.
    note: Option<Vec<u8>>,
}

impl Claimant {
    pub(super) fn of(lease: &Lease) -> Self {
        Self { key: lease.key().clone(), token: lease.token().to_bytes() }
    }

    /// Claims the event until `ends_at`, if it is free.
    pub(super) fn claim(
        &self,
        statements: &mut Statements<'_>,
        now: i64,
        ends_at: i64,
    ) -> Result<Claim> {
        match self.live_event(statements, now)? {
            Some(Event { note: Some(note), .. }) => return Ok(Claim::Done { note: note.into() }),
            Some(Event { is_own: false, expires_at, .. }) => {
                return Ok(Claim::InProgress { retry_after: between(now, expires_at) });
            }
            _ => {}
        }
        self.put(statements, ends_at, None)?;
        Ok(Claim::Fresh)
    }

    /// Marks the event as done, unless another lease holds it or has completed it.
    pub(super) fn complete(
        &self,
        statements: &mut Statements<'_>,
        now: i64,
        expires_at: i64,
        note: &[u8],
    ) -> Result<Settled> {
        match self.live_event(statements, now)? {
            Some(Event { is_own: false, .. }) => Ok(Settled::LeaseLost),
            _ => {
                self.put(statements, expires_at, Some(note))?;
                Ok(Settled::Applied)
            }
        }
    }

    /// Makes the event free, unless another lease holds it or it is done.
    pub(super) fn release(&self, statements: &mut Statements<'_>, now: i64) -> Result<Settled> {
        match self.live_event(statements, now)? {
            Some(Event { is_own: true, note: None, .. }) => {
                statements.execute(RELEASE, params![self.key.as_str()])?;
                Ok(Settled::Applied)
            }
            Some(_) => Ok(Settled::LeaseLost),
            None => Ok(Settled::Applied),
        }
    }

    /// Finds the event, unless its lease or its ttl has run out.
    fn live_event(&self, statements: &mut Statements<'_>, now: i64) -> Result<Option<Event>> {
        statements.row(FIND, params![self.key.as_str(), now, self.token], |row| {
            Ok(Event { is_own: row.get(0)?, expires_at: row.get(1)?, note: row.get(2)? })
        })
    }

    fn put(
        &self,
        statements: &mut Statements<'_>,
        expires_at: i64,
        note: Option<&[u8]>,
    ) -> Result<()> {
        statements.execute(PUT, params![self.key.as_str(), self.token, expires_at, note])?;
        Ok(())
    }
}

/// Makes an event free that is done.
pub(super) fn forget(
    statements: &mut Statements<'_>,
    key: &IdempotencyKey,
    now: i64,
) -> Result<bool> {
    Ok(statements.execute(FORGET, params![key.as_str(), now])? == 1)
}

/// Makes the work that removes rows whose lease or ttl has run out.
pub(crate) fn upkeep(clock: Clock) -> Upkeep {
    Box::new(move |statements| {
        let now = clock.now();
        // Without a lock, because there is nothing to do in most cases.
        let first = statements.row(FIRST, [], |row| row.get::<_, Option<i64>>(0))?.flatten();
        if first.is_none_or(|first| first > now) {
            return Ok(false);
        }
        let removed = within_transaction(statements, |statements| {
            statements.execute(PRUNE, params![now, BATCH])
        })?;
        Ok(removed > 0)
    })
}

const FIND: &str = "\
select token = ?3, expires_at, note from countersign_claims where key = ?1 and expires_at > ?2";

const PUT: &str = "\
insert into countersign_claims (key, token, expires_at, note) values (?1, ?2, ?3, ?4)
on conflict (key) do update
    set token = excluded.token, expires_at = excluded.expires_at, note = excluded.note";

const RELEASE: &str = "delete from countersign_claims where key = ?1";

const FORGET: &str = "\
delete from countersign_claims where key = ?1 and note is not null and expires_at > ?2";

const FIRST: &str = "select min(expires_at) from countersign_claims";

const PRUNE: &str = "\
delete from countersign_claims where rowid in (
    select rowid from countersign_claims where expires_at <= ?1 order by expires_at limit ?2
)";

/// Rows of one batch, so that deliveries do not wait long for its end.
const BATCH: i64 = 500;
