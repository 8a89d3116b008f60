//! The events of a shard that are in progress.

use hashbrown::HashTable;

use super::{super::Token, clock::Moment, digest::Digest};

/// Few, as a rule: as many as there are deliveries under way.
#[derive(Default)]
pub(super) struct Claims {
    table: HashTable<Claimed>,
    /// How many there may be before those that ran out are looked for.
    enough: usize,
}

pub(super) struct Claimed {
    digest: Digest,
    pub(super) token: Token,
    pub(super) end: Moment,
}

impl Claims {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn find(&mut self, digest: Digest) -> Option<&mut Claimed> {
        self.table.find_mut(digest.hash(), |claimed| claimed.digest == digest)
    }

    pub(super) fn insert(&mut self, digest: Digest, token: Token, end: Moment) {
        let claimed = Claimed { digest, token, end };
        self.table.insert_unique(digest.hash(), claimed, |claimed| claimed.digest.hash());
    }

    pub(super) fn remove(&mut self, digest: Digest) {
        let found = self.table.find_entry(digest.hash(), |claimed| claimed.digest == digest);
        if let Ok(entry) = found {
            entry.remove();
        }
    }

    /// Removes what ran out, each time that there are twice as many claims as were left the last
    /// time: then each claim is looked at a few times only.
    pub(super) fn tidy(&mut self, now: Moment) {
        if self.len() >= self.enough {
            self.forget_over(now);
            self.enough = (2 * self.len()).max(FEW);
            self.table.shrink_to(self.enough, |claimed| claimed.digest.hash());
        }
    }

    pub(super) fn forget_over(&mut self, now: Moment) {
        self.table.retain(|claimed| claimed.end > now);
    }
}

/// Not worth a look.
const FEW: usize = 64;
