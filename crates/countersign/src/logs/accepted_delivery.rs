//! The log line of an accepted delivery.

use std::time::{Instant, SystemTime};

use crate::{adapter::VerifiedDelivery, logs, surface::Verifiers};

/// The time at which a delivery began. It is noted only if the log line is enabled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began {
    at: Instant,
    /// The time of the verifier's clock.
    now: SystemTime,
}

impl Began {
    #[inline]
    pub(crate) fn note<V: Verifiers>(verifiers: &V) -> Option<Box<Self>> {
        tracing::enabled!(target: logs::DELIVERY, tracing::Level::DEBUG)
            .then(|| Self::now(verifiers))
    }

    #[cold]
    fn now<V: Verifiers>(verifiers: &V) -> Box<Self> {
        Box::new(Self { at: Instant::now(), now: verifiers.now() })
    }

    /// Logs that the delivery is accepted.
    #[cold]
    pub(crate) fn accepted(&self, delivery: &VerifiedDelivery) {
        tracing::debug!(
            target: logs::DELIVERY,
            provider = delivery.provider(),
            endpoint = delivery.endpoint(),
            tenant = delivery.tenant(),
            bytes = delivery.bytes().len(),
            secret = delivery.secret_index(),
            form = ?delivery.form(),
            age_s = delivery.signed_at().map(|signed_at| seconds(signed_at, self.now)),
            microseconds = u64::try_from(self.at.elapsed().as_micros()).unwrap_or(u64::MAX),
            "accepted a delivery",
        );
    }
}

/// Returns the age of a signed time, in seconds; negative if the time is in the future.
fn seconds(signed_at: SystemTime, now: SystemTime) -> i64 {
    let whole = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
    match now.duration_since(signed_at) {
        Ok(age) => whole(age.as_secs()),
        Err(ahead) => -whole(ahead.duration().as_secs()),
    }
}
