//! Deliveries that were received in an interval.

use std::time::SystemTime;

/// The number of deliveries that one endpoint received in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The name of the endpoint.
    pub endpoint: String,
    /// The number of the interval, counted from 0.
    pub interval: u64,
    /// Deliveries that were accepted, also if their rows were removed since. Duplicates are not
    /// counted.
    pub accepted: u64,
    /// Those of them that are dead now.
    pub dead: u64,
    /// The time at which the last one was received.
    pub last_received_at: SystemTime,
}
