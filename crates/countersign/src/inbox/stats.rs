//! Numbers about an inbox.

use std::time::Duration;

/// The number of deliveries of one endpoint that are not done, by their state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The name of the endpoint.
    pub endpoint: String,
    /// Deliveries that wait and are due: new ones, and those whose retry is due.
    pub ready: u64,
    /// Deliveries whose retry is not due yet.
    pub waiting: u64,
    /// Deliveries that are being handled, or whose lease has run out and that no other attempt has
    /// taken yet.
    pub running: u64,
    /// Deliveries that are dead.
    pub dead: u64,
    /// The time since the oldest delivery in `ready` became due; `None` if there is none.
    pub oldest_ready: Option<Duration>,
}

impl Stats {
    /// Makes the numbers of an endpoint, all zero.
    #[must_use]
    pub fn of(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), ..Self::default() }
    }
}
