//! A source of secrets, and the settings of its cache.

use std::{sync::Arc, time::Duration};

use crate::{
    Scheme,
    tenants::{
        Directory, SecretSource,
        remembered::{Lifetime, Remembered},
    },
};

/// A [`SecretSource`] and how long what it tells is remembered.
///
/// Secrets are kept as keys that are ready to judge with. Deliveries of one tenant that come in at
/// once wait for one lookup.
///
/// # Security
///
/// - A secret that was changed or revoked in the source stays in force until the cached secrets
///   expire, or [`Verifier::forget_tenant`](crate::Verifier::forget_tenant) has returned. No
///   delivery that begins later is judged by secrets that were read before, even if a lookup was
///   running. A delivery that began before is judged by the secrets that its own lookup reads,
///   which can be the old ones.
/// - That there is no such tenant is remembered, too, and for longer names than 256 bytes it is
///   known without a lookup: who makes names up costs the source one lookup for each, and cannot
///   fill the memory.
/// - A rejected delivery is hashed once if its tenant does not exist or has a single secret. Each
///   retired secret of a tenant adds one hash, so the time that a rejection takes reveals which
///   tenants have retired secrets: see [`Secrets`](crate::Secrets) for figures. Whether a name had
///   to be looked up can be told by the time, though, and from that whether deliveries for it came
///   in of late: where the names of tenants are to be hidden, make them impossible to guess.
/// - Measured with callgrind in an unoptimised build, over 50 rejected deliveries of 1 KiB with one
///   lookup: each takes 313,799 instructions for an unknown tenant, and 316,168 for a tenant with
///   one secret. The difference is the lookup, which makes the tenant's keys. The keys for unknown
///   tenants are made once, with the verifier.
#[derive(Debug)]
#[must_use]
pub struct Tenants<S> {
    source: S,
    capacity: u64,
    lifetime: Lifetime,
}

impl<S: SecretSource> Tenants<S> {
    /// Remembers 10,000 tenants, for 60 s each; that there is no such tenant, for 10 s.
    pub fn new(source: S) -> Self {
        let lifetime =
            Lifetime { known: Duration::from_secs(60), unknown: Duration::from_secs(10) };
        Self { source, capacity: 10_000, lifetime }
    }

    /// Remembers this many tenants, those that are not there among them.
    pub fn capacity(self, tenants: u64) -> Self {
        Self { capacity: tenants, ..self }
    }

    /// Remembers a tenant's secrets for this long.
    pub fn time_to_live(self, time: Duration) -> Self {
        Self { lifetime: Lifetime { known: time, ..self.lifetime }, ..self }
    }

    /// Remembers for this long that there is no such tenant.
    pub fn unknown_time_to_live(self, time: Duration) -> Self {
        Self { lifetime: Lifetime { unknown: time, ..self.lifetime }, ..self }
    }

    pub(crate) fn directory(self, scheme: &'static Scheme) -> Arc<dyn Directory> {
        Arc::new(Remembered::new(self.source, scheme, self.capacity, self.lifetime))
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;
    use crate::{Secrets, request::RequestHead};

    struct Nobody;

    impl SecretSource for Nobody {
        fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
            None
        }

        async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
            Ok(None)
        }
    }

    fn settings(tenants: &Tenants<Nobody>) -> (u64, u64, u64) {
        let Lifetime { known, unknown } = tenants.lifetime;
        (tenants.capacity, known.as_secs(), unknown.as_secs())
    }

    #[test]
    fn has_the_documented_defaults_and_sets_each_of_them_only() {
        let tenants = Tenants::new(Nobody);
        assert_eq!(settings(&tenants), (10_000, 60, 10));
        let tenants = tenants.time_to_live(Duration::from_secs(1));
        assert_eq!(settings(&tenants), (10_000, 1, 10));
        let tenants = tenants.unknown_time_to_live(Duration::from_secs(2));
        assert_eq!(settings(&tenants), (10_000, 1, 2));
        assert_eq!(settings(&tenants.capacity(3)), (3, 1, 2));
    }
}
