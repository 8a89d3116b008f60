//! Deliveries that are still signed with a retired secret.

use countersign_core::{Provider, Verified};

use crate::log::{self, occasional::Occasional};

/// Logs once in a while that a provider signs with a retired secret, so that the operator does not
/// remove it too early.
pub(crate) fn tell<P: Provider, B>(verified: &Verified<P, B>) {
    static COUNTS: Occasional = Occasional::new();

    let secret = verified.secret_index();
    if secret == 0 {
        return;
    }
    let (endpoint, tenant) = (verified.endpoint(), verified.tenant());
    // Each of them is counted by itself: a busy one cannot keep another out of the log.
    if let Some(count) = COUNTS.count((P::NAME, endpoint, tenant, secret)) {
        tracing::info!(
            target: log::SECRET,
            provider = P::NAME,
            endpoint,
            tenant,
            secret,
            count,
            "a delivery is signed with a retired secret: the provider still uses it",
        );
    }
}
