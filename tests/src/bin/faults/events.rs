//! The events to deliver, and their order.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::arguments::Arguments;

/// Returns the ids of the events, in the order of their deliveries. Some duplicates come within a
/// few deliveries, so that the first delivery may still be in progress; others come much later.
pub(crate) fn deliveries(arguments: &Arguments) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let mut numbers: Vec<usize> = Vec::with_capacity(arguments.deliveries);
    let mut events = 0;
    let farthest = arguments.farthest_duplicate();
    while numbers.len() < arguments.deliveries {
        if events > 0 && random.random_range(0..100) < arguments.duplicates {
            let back = if random.random() { events.min(8) } else { events.min(farthest) };
            numbers.push(events - random.random_range(1..=back));
        } else {
            numbers.push(events);
            events += 1;
        }
    }
    let mut ids: Vec<_> = numbers.into_iter().map(|number| format!("evt_{number}")).collect();
    for number in 0..arguments.poison {
        let place = random.random_range(0..=ids.len());
        ids.insert(place, format!("{POISON}{number}"));
    }
    ids
}

/// Returns the body of an event.
pub(crate) fn body(id: &str) -> String {
    let event_type = if is_poison(id) { "test.aborts" } else { "user.created" };
    format!(r#"{{"id":"{id}","type":"{event_type}","data":{{}}}}"#)
}

/// Returns true if the handler of the event ends its process.
pub(crate) fn is_poison(id: &str) -> bool {
    id.starts_with(POISON)
}

const POISON: &str = "poison_";
