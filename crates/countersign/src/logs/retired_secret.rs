//! Deliveries that are still signed with a retired secret.

use crate::{
    adapter::VerifiedDelivery,
    logs::{self, occasions::Occasions},
};

/// Logs that a provider still signs with a retired secret, so that the operator does not remove the
/// secret too early. The intervals between the lines grow.
#[inline]
pub(crate) fn log(delivery: &VerifiedDelivery) {
    let secret = delivery.secret_index();
    if secret != 0 {
        log_secret(delivery, secret);
    }
}

#[cold]
fn log_secret(delivery: &VerifiedDelivery, secret: usize) {
    static COUNTS: Occasions = Occasions::new();

    let (endpoint, tenant) = (delivery.endpoint(), delivery.tenant());
    // Each combination is counted separately, so that the deliveries of a busy tenant cannot keep
    // those of another out of the log.
    if let Some(count) = COUNTS.count((delivery.provider(), endpoint, tenant, secret)) {
        tracing::info!(
            target: logs::SECRET,
            provider = delivery.provider(),
            endpoint,
            tenant,
            secret,
            count,
            "a delivery is signed with a retired secret: the provider still uses it",
        );
    }
}
