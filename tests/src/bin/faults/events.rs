//! The events to deliver, and their order.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::arguments::Arguments;

/// Returns the ids of the events, in the order of their deliveries. Some duplicates come within a
/// few deliveries, so that the first delivery may still be in progress; others come much later.
pub(crate) fn deliveries(arguments: &Arguments) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let mut numbers: Vec<usize> = Vec::with_capacity(arguments.deliveries);
    let mut events = 0;
    while numbers.len() < arguments.deliveries {
        if events > 0 && random.random_range(0..100) < arguments.duplicates {
            let back = if random.random() { events.min(8) } else { events };
            numbers.push(events - random.random_range(1..=back));
        } else {
            numbers.push(events);
            events += 1;
        }
    }
    numbers.into_iter().map(|number| format!("evt_{number}")).collect()
}
