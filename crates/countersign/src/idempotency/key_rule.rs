//! The rule by which deliveries get the keys of their events.

use std::{fmt, sync::Arc};

use countersign_core::{HeaderSource, event::Location};

use super::{IdempotencyKey, endpoints::Endpoints};
#[cfg(any(feature = "tower", feature = "actix-web"))]
use crate::surface::Verifiers;
use crate::{adapter::VerifiedDelivery, logs};

/// The place of the id, and the treatment of deliveries that have none.
#[derive(Clone, Default)]
pub(crate) struct KeyRule {
    /// `None` for the place that the provider states.
    id: Option<Location>,
    uses_body: bool,
    endpoints: Arc<Endpoints>,
}

impl KeyRule {
    /// Sets the place of the id.
    pub(crate) fn id(self, id: Location) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Uses the body of a delivery that has no id.
    pub(crate) fn use_body(self) -> Self {
        Self { uses_body: true, ..self }
    }

    /// Returns the key of a delivery's event. Returns `None`, and logs at `WARN`, if the delivery
    /// does not identify its event.
    pub(crate) fn key<B, H>(
        &self,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
    ) -> Option<IdempotencyKey>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        if delivery.tenant().is_none() {
            self.endpoints.note(delivery.endpoint(), delivery.__key_set());
        }
        let of_id = match self.id {
            Some(field) => IdempotencyKey::at(field, delivery, headers),
            None => IdempotencyKey::of(delivery),
        };
        let of_body = || IdempotencyKey::builder_of(delivery).body_digest(delivery.bytes());
        let key = of_id.or_else(|| self.uses_body.then(of_body));
        if key.is_none() {
            tracing::warn!(
                target: logs::IDEMPOTENCY,
                endpoint = delivery.endpoint(),
                tenant = delivery.tenant(),
                "no signed event id, or an ambiguous one: handling without duplicate detection",
            );
        }
        key
    }

    /// Registers the secrets of these verifiers, as fingerprints, to detect two senders with one
    /// endpoint name.
    #[cfg(any(feature = "tower", feature = "actix-web"))]
    pub(crate) fn introduce<V: Verifiers>(&self, verifiers: &V) {
        verifiers.visit(&mut |verifier| {
            if let Some(keys) = verifier.keys {
                self.endpoints.note(verifier.name, keys);
            }
        });
    }
}

impl fmt::Debug for KeyRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRule")
            .field("id", &self.id)
            .field("uses_body", &self.uses_body)
            .finish_non_exhaustive()
    }
}
