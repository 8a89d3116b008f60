//! What follows when a delivery was signed in another form than the wire's.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use countersign_core::{Form, Provider, Verified};

/// Tells the operator, once in a while, that a provider signs what it does not send: the first
/// time, the second, the fourth, the eighth and so on.
pub(crate) fn tell<P: Provider, B>(verified: &Verified<P, B>) {
    static COUNTS: Mutex<BTreeMap<&str, u64>> = Mutex::new(BTreeMap::new());

    let form = verified.form();
    if form == Form::Wire {
        return;
    }
    let count = {
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(P::NAME).or_default();
        *count = count.saturating_add(1);
        *count
    };
    if count.is_power_of_two() {
        tracing::info!(
            target: "countersign::form",
            provider = P::NAME,
            ?form,
            count,
            "the signature is over another spelling than the bytes on the wire",
        );
    }
}
