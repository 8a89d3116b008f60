//! Deliveries whose signed text is not the body as it was sent.

use countersign_core::scheme::BodyForm;

use crate::{
    adapter::VerifiedDelivery,
    logs::{self, occasions::Occasions},
};

/// Logs that a provider signs another text than the bytes that it sends. The intervals between the
/// lines grow.
pub(crate) fn log(delivery: &VerifiedDelivery) {
    static COUNTS: Occasions = Occasions::new();

    let form = delivery.form();
    if form == BodyForm::Wire {
        return;
    }
    if let Some(count) = COUNTS.count(delivery.provider()) {
        tracing::info!(
            target: logs::FORM,
            provider = delivery.provider(),
            ?form,
            count,
            "the provider signs another text than the bytes that it sends",
        );
    }
}
