//! What is delivered, and in which order.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::arguments::Arguments;

/// The ids of the events, in the order of their deliveries. A duplicate comes at once or a few
/// deliveries later, so that some meet the first one while it is being handled, or much later.
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
