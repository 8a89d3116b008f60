//! Keys that an inbox must keep apart.

use super::{
    super::{Entry, InboxStore},
    samples::{ENDPOINT, request},
    trial::{Outcome, Trial},
};
use crate::idempotency::conformance::keys::keys;

pub(super) async fn apart<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let request = request(ENDPOINT, b"{}")?;
    let entries: Vec<_> =
        keys().into_iter().map(|key| Entry::new(Some(key), request.clone())).collect();
    for entry in &entries {
        trial.is_new(entry, entry.key().map_or("", |key| key.as_str())).await?;
    }
    for entry in &entries {
        trial.is_duplicate(entry, entry.key().map_or("", |key| key.as_str())).await?;
    }
    Ok(())
}
