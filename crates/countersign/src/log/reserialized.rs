//! What follows when a delivery was signed in another form than the wire's.

use countersign_core::{Provider, Verified, scheme::BodyForm};

use crate::log::{self, occasional::Occasional};

/// Tells the operator, once in a while, that a provider signs what it does not send.
pub(crate) fn tell<P: Provider, B>(verified: &Verified<P, B>) {
    static COUNTS: Occasional = Occasional::new();

    let form = verified.form();
    if form == BodyForm::Wire {
        return;
    }
    if let Some(count) = COUNTS.count(P::NAME) {
        tracing::info!(
            target: log::FORM,
            provider = P::NAME,
            ?form,
            count,
            "the signature is over another form than the bytes on the wire",
        );
    }
}
