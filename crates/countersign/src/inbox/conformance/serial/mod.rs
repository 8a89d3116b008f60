//! Rules for an inbox that keeps the order of deliveries about one object.

pub(super) mod order;
pub(super) mod races;
pub(super) mod versions;

use super::{
    super::Entry,
    samples::{entry, entry_at},
    trial::Outcome,
};

/// Makes the entry of an event about an object.
fn about(object: &str, name: &str) -> Outcome<Entry> {
    Ok(entry(name)?.about(object, None))
}

fn about_at(endpoint: &str, object: &str, name: &str) -> Outcome<Entry> {
    Ok(entry_at(endpoint, name)?.about(object, None))
}
