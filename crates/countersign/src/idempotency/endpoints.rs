//! The verifiers whose events are claimed here, by the name of their endpoint.

use std::sync::{PoisonError, RwLock};

use countersign_core::__KeySet as KeySet;

use super::claimed::TARGET;

/// The keys that each endpoint's deliveries were verified with.
///
/// Two verifiers that use one endpoint name share the keys of their events. Where they have the same
/// secrets, as the workers of one server have, that is as it should be; where they have no secret in
/// common, they receive from different senders, and one sender's events can pass for duplicates of
/// the other's.
#[derive(Debug, Default)]
pub(super) struct Endpoints(RwLock<Vec<(Box<str>, KeySet)>>);

impl Endpoints {
    /// Notes the keys of an endpoint, and logs at `ERROR` the first time that they have nothing in
    /// common with those of the same name.
    pub(super) fn note(&self, endpoint: &str, keys: KeySet) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|(name, known)| *known == keys && **name == *endpoint) {
            return;
        }
        drop(known);
        if self.is_stranger(endpoint, keys) {
            tracing::error!(
                target: TARGET,
                endpoint,
                "two verifiers without a common secret use one endpoint name: an event of one sender \
                 can pass for a duplicate of the other sender's event, and is then lost. Give each \
                 verifier a name of its own with Verifier::endpoint. After a reload that replaced all \
                 secrets of the endpoint, this line is expected once",
            );
        }
    }

    /// Adds the keys. Returns whether they are the first of a verifier that has no secret in common
    /// with any other of the endpoint.
    fn is_stranger(&self, endpoint: &str, keys: KeySet) -> bool {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let (mut has_others, mut is_related) = (false, false);
        for (_, other) in known.iter().filter(|(name, _)| **name == *endpoint) {
            has_others = true;
            is_related |= other.is_of_one_verifier(&keys) || other.has_in_common(&keys);
        }
        // Of a verifier only the present keys are kept, however often its secrets are replaced.
        known.retain(|(name, other)| **name != *endpoint || !other.is_of_one_verifier(&keys));
        if known.len() >= MOST {
            known.remove(0);
        }
        known.push((endpoint.into(), keys));
        has_others && !is_related
    }
}

/// Verifiers, so that a program that makes new ones for ever takes a bounded amount of memory. Most
/// programs have fewer than ten; one that is forgotten can be logged again.
const MOST: usize = 256;
