//! Deliveries whose signed text is not the body as it was sent.

use countersign_core::scheme::BodyForm;

use crate::{
    adapter::VerifiedDelivery,
    logs::{self, occasions::Occasions},
};

/// Logs that a provider signs another text than the bytes that it sends. The intervals between the
/// lines grow.
#[inline]
pub(crate) fn log(delivery: &VerifiedDelivery) {
    let form = delivery.form();
    if form != BodyForm::Wire {
        log_form(delivery, form);
    }
}

#[cold]
fn log_form(delivery: &VerifiedDelivery, form: BodyForm) {
    static COUNTS: Occasions = Occasions::new();

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
