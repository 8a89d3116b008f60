//! Running lookups. Each one is shared by the deliveries that wait for it.

use std::{collections::HashMap, sync::Arc};

use async_lock::Mutex;

use crate::{error::LookupError, key::Keys};

/// One lookup of a tenant's secrets. The delivery that makes the lookup holds the lock on the
/// answer.
#[derive(Default)]
pub(super) struct RunningLookup {
    pub(super) answer: Mutex<Option<Result<Option<Arc<Keys>>, LookupError>>>,
}

/// The lookups that a delivery may join, by tenant.
#[derive(Default)]
pub(super) struct Running(HashMap<String, Shared>);

/// A lookup, and the number of deliveries that wait for it.
#[derive(Default)]
struct Shared {
    lookup: Arc<RunningLookup>,
    deliveries: usize,
}

impl Running {
    /// Joins the lookup that is running for a tenant, or begins one.
    pub(super) fn join(&mut self, tenant: &str) -> Arc<RunningLookup> {
        let shared = match self.0.get_mut(tenant) {
            Some(shared) => shared,
            None => self.0.entry(tenant.to_owned()).or_default(),
        };
        shared.deliveries += 1;
        Arc::clone(&shared.lookup)
    }

    /// Leaves a lookup. The last delivery that leaves removes the lookup, so that there are never
    /// more lookups than deliveries.
    pub(super) fn leave(&mut self, tenant: &str, lookup: &Arc<RunningLookup>) {
        if let Some(shared) = self.joined(tenant, lookup) {
            shared.deliveries -= 1;
            if shared.deliveries == 0 {
                self.0.remove(tenant);
            }
        }
    }

    /// Ends a lookup that has its answer. Returns false if its tenant was forgotten since it began.
    pub(super) fn end(&mut self, tenant: &str, lookup: &Arc<RunningLookup>) -> bool {
        self.joined(tenant, lookup).is_some() && self.0.remove(tenant).is_some()
    }

    /// Forgets a tenant's lookup, so that later deliveries begin a new one.
    pub(super) fn forget(&mut self, tenant: &str) {
        self.0.remove(tenant);
    }

    /// Finds this lookup, if later deliveries of the tenant still join it.
    fn joined(&mut self, tenant: &str, lookup: &Arc<RunningLookup>) -> Option<&mut Shared> {
        self.0.get_mut(tenant).filter(|shared| Arc::ptr_eq(&shared.lookup, lookup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_lookup_for_as_long_as_a_delivery_waits_for_it() {
        let mut running = Running::default();
        let lookup = running.join("acme");
        assert!(Arc::ptr_eq(&lookup, &running.join("acme")));
        running.leave("acme", &lookup);
        assert_eq!(running.0.len(), 1);
        running.leave("acme", &lookup);
        assert!(running.0.is_empty());
    }

    #[test]
    fn does_not_end_the_lookup_that_follows_a_forgotten_one() {
        let mut running = Running::default();
        let former = running.join("acme");
        running.forget("acme");
        let later = running.join("acme");
        assert!(!Arc::ptr_eq(&former, &later));
        running.leave("acme", &former);
        assert!(!running.end("acme", &former));
        assert!(running.end("acme", &later));
        assert!(!running.end("acme", &later));
    }
}
