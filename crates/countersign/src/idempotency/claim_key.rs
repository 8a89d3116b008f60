//! The key of a delivery's event, with the digest of its bytes.

use countersign_core::{HeaderSource, adapter::body_digest};

use super::{Idempotency, IdempotencyKey, note::BodyDigest};
use crate::adapter::VerifiedDelivery;

/// The key and the digest by which a delivery is claimed.
#[derive(Debug)]
pub(crate) struct ClaimKey {
    /// `None` if the delivery does not identify its event.
    pub(super) key: Option<IdempotencyKey>,
    /// `None` if answers are not kept.
    pub(super) digest: Option<BodyDigest>,
}

impl Idempotency {
    /// Returns the key and the digest by which a delivery is claimed.
    pub(crate) fn identify<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> ClaimKey
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let key = self.key(delivery, headers);
        // Deliveries whose answer is not kept are not hashed again.
        let keeps = key.is_some() && self.longest_answer.is_some();
        ClaimKey { key, digest: keeps.then(|| body_digest(delivery.bytes())) }
    }
}
