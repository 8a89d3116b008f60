//! The fingerprints of the secrets of verifiers whose events are claimed, by endpoint name.

use std::sync::{PoisonError, RwLock};

use countersign_core::__KeySet as KeySet;

use crate::logs;

/// The fingerprints of the secrets of the verifiers of each endpoint.
///
/// Two verifiers with one endpoint name make the same `IdempotencyKey` of events with the same
/// tenant, type and id. This is correct if they have the same secrets, as the workers of one server
/// do. If they have no secret in common, they receive from different senders, and one sender's
/// events can be taken for duplicates of the other's.
#[derive(Debug, Default)]
pub(super) struct Endpoints(RwLock<Vec<(Box<str>, KeySet)>>);

impl Endpoints {
    /// Adds fingerprints of an endpoint. Logs at `ERROR`, once, if they have nothing in common with
    /// the others of the same endpoint.
    pub(super) fn note(&self, endpoint: &str, keys: KeySet) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|(name, known)| *known == keys && **name == *endpoint) {
            return;
        }
        drop(known);
        if self.is_stranger(endpoint, keys) {
            tracing::error!(
                target: logs::IDEMPOTENCY,
                endpoint,
                "two verifiers without a common secret use one endpoint name: an event of one sender \
                 can pass for a duplicate of the other sender's event, and is then lost. Give each \
                 verifier a name of its own with Verifier::endpoint. After a reload that replaced all \
                 secrets of the endpoint, this line is expected once",
            );
        }
    }

    /// Adds the fingerprints. Returns true if they belong to a new verifier that has no secret in
    /// common with any other verifier of the endpoint.
    fn is_stranger(&self, endpoint: &str, keys: KeySet) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (mut has_others, mut is_related) = (false, false);
        for (_, other) in known.iter().filter(|(name, _)| **name == *endpoint) {
            has_others = true;
            is_related |= other.is_of_one_verifier(&keys) || other.has_in_common(&keys);
        }
        // Only the present fingerprints of a verifier are kept, even if its secrets are replaced
        // often.
        known.retain(|(name, other)| **name != *endpoint || !other.is_of_one_verifier(&keys));
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push((endpoint.into(), keys));
        has_others && !is_related
    }
}

/// Greatest number of verifiers that are kept, so that the memory is bounded in a program that
/// makes new verifiers all the time. Most programs have fewer than ten. A forgotten verifier can be
/// logged again.
const MOST: usize = 256;
