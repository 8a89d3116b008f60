//! The log line of events that no handler takes.

use countersign_core::event::EventName;

use crate::{
    adapter::VerifiedDelivery,
    logs::{self, occasions::Occasions},
};

/// Logs that an event has no handler, once for each name. If no name in the table can have an
/// action, this name has no action either, so the type is logged once.
#[cold]
pub(super) fn unhandled(delivery: &VerifiedDelivery, name: &EventName<'_>) {
    static COUNTS: Occasions = Occasions::new();

    let (provider, endpoint) = (delivery.provider(), delivery.endpoint());
    // The name is the sender's text. It is quoted and escaped, so that it cannot add a line to the
    // log.
    let name: String = name.to_string().chars().take(LONGEST).collect();
    if COUNTS.count((provider, endpoint, &name)) == Some(1) {
        tracing::info!(
            target: logs::DISPATCH,
            provider,
            endpoint,
            event_type = ?name,
            "no handler for this event type: such events are answered 200 and not handled",
        );
    }
}

/// Greatest number of characters of a name that are written to the log.
const LONGEST: usize = 100;
