//! A part of the events, behind one lock.

use std::time::Duration;

use bytes::Bytes;

use super::{
    super::{Claim, Settled, Token},
    clock::Moment,
    digest::Digest,
    limits::Limits,
    notes::Notes,
    table::Table,
};

/// Events that are in progress or done. An entry that has expired counts as free.
#[derive(Default)]
pub(super) struct Shard {
    claims: Table<Token>,
    done: Table<()>,
    notes: Notes,
}

/// The error of a shard in which claims take every place.
#[derive(Debug)]
pub(super) struct Full;

impl Shard {
    pub(super) fn claim(
        &mut self,
        digest: Digest,
        token: Token,
        now: Moment,
        length: Duration,
        limits: Limits,
    ) -> Result<Claim, Full> {
        if self.done.get(digest, now).is_some() {
            return Ok(Claim::Done { note: self.notes.get(digest, now) });
        }
        let end = now.after(length);
        if let Some(claimed) = self.claims.find(digest) {
            if claimed.kept != token && claimed.end > now {
                return Ok(Claim::InProgress { retry_after: claimed.end.since(now) });
            }
            (claimed.kept, claimed.end) = (token, end);
            return Ok(Claim::Fresh);
        }
        self.make_room(now, limits)?;
        self.claims.tidy(now, limits.events);
        self.claims.insert(digest, end, token);
        Ok(Claim::Fresh)
    }

    pub(super) fn complete(
        &mut self,
        digest: Digest,
        token: Token,
        now: Moment,
        ttl: Duration,
        note: Bytes,
        limits: Limits,
    ) -> Result<Settled, Full> {
        if self.is_lost(digest, token, now) {
            return Ok(Settled::LeaseLost);
        }
        self.claims.remove(digest);
        self.make_room(now, limits)?;
        let end = now.after(ttl);
        self.done.tidy(now, limits.events);
        self.done.insert(digest, end, ());
        self.notes.insert(digest, note, now, end, limits);
        Ok(Settled::Applied)
    }

    pub(super) fn release(&mut self, digest: Digest, token: Token, now: Moment) -> Settled {
        if self.is_lost(digest, token, now) {
            return Settled::LeaseLost;
        }
        self.claims.remove(digest);
        Settled::Applied
    }

    /// Makes a completed event free. Returns true if the event was done.
    pub(super) fn forget(&mut self, digest: Digest, now: Moment) -> bool {
        let is_done = self.done.get(digest, now).is_some();
        if is_done {
            self.done.remove(digest);
            self.notes.remove(digest);
        }
        is_done
    }

    /// Returns true if another lease holds the event, or if it is done.
    fn is_lost(&mut self, digest: Digest, token: Token, now: Moment) -> bool {
        match self.claims.find(digest) {
            Some(claimed) => claimed.kept != token && claimed.end > now,
            None => self.done.get(digest, now).is_some(),
        }
    }

    /// Makes room in a full shard. Forgets expired claims. If that is not enough, it also forgets
    /// completed events, a sixteenth of the places at once, because each search looks at every
    /// entry.
    fn make_room(&mut self, now: Moment, limits: Limits) -> Result<(), Full> {
        if self.len() >= limits.events {
            self.claims.forget_over(now, limits.events);
        }
        if self.len() >= limits.events {
            self.done.forget_first(limits.events.div_ceil(16), limits.events);
        }
        if self.len() < limits.events { Ok(()) } else { Err(Full) }
    }

    fn len(&self) -> usize {
        self.claims.len() + self.done.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{super::*, digest::Digester},
        *,
    };

    const SECOND: Duration = Duration::from_secs(1);

    /// A shard, a clock, and an endless supply of ids.
    struct Flood {
        shard: Shard,
        now: Moment,
        digester: Digester,
        ids: std::ops::RangeFrom<u32>,
    }

    const LIMITS: Limits = Limits { events: 1000, notes: 10_000 };

    impl Flood {
        fn new() -> Self {
            let digester = Digester::new();
            Self { shard: Shard::default(), now: Moment::default(), digester, ids: 0.. }
        }

        /// Claims this many new events, one per second, and completes each of them if there is a
        /// `ttl`.
        fn pass(&mut self, events: usize, length: Duration, ttl: Option<Duration>) {
            for id in self.ids.by_ref().take(events) {
                self.now = self.now.after(SECOND);
                let one =
                    Lease::new(IdempotencyKey::builder("e").event_type(None).id(&id.to_string()));
                let (digest, token) = (self.digester.digest(one.key()), one.token());
                let claim = self.shard.claim(digest, token, self.now, length, LIMITS);
                assert_eq!(claim.unwrap(), Claim::Fresh);
                let Some(ttl) = ttl else { continue };
                let note = Bytes::from_static(b"a note");
                let settled = self.shard.complete(digest, token, self.now, ttl, note, LIMITS);
                assert_eq!(settled.unwrap(), Settled::Applied);
                assert!(self.shard.len() <= LIMITS.events);
            }
        }
    }

    #[test]
    fn is_bounded_whatever_comes() {
        let mut flood = Flood::new();
        flood.pass(100_000, SECOND, Some(Duration::MAX));
        assert!(flood.shard.len() > LIMITS.events * 15 / 16);
        flood.pass(100_000, SECOND, None);
        assert!(flood.shard.len() <= LIMITS.events);
        flood.pass(100_000, 900 * SECOND, None);
        assert!(flood.shard.len() <= LIMITS.events);
    }

    #[test]
    fn forgets_claims_that_nobody_settled() {
        let mut flood = Flood::new();
        flood.pass(100_000, SECOND, None);
        assert!(flood.shard.len() <= 28, "{}", flood.shard.len());
        flood.pass(100_000, 200 * SECOND, None);
        assert!(flood.shard.len() <= 400, "{}", flood.shard.len());
    }

    #[test]
    fn forgets_what_is_over_while_others_come() {
        let mut flood = Flood::new();
        flood.pass(400, SECOND, Some(400 * SECOND));
        assert_eq!(flood.shard.len(), 400);
        flood.now = flood.now.after(400 * SECOND);
        flood.pass(100_000, SECOND, Some(SECOND));
        assert!(flood.shard.len() < 100, "{}", flood.shard.len());
    }
}
