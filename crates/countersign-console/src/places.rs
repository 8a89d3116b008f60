//! Places for work that must be bounded.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Bounds how much of one kind of work goes on at the same time, for all operators and for each.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    last: u64,
    places: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    number: u64,
    operator: String,
    since: Instant,
}

/// A place that is taken. It is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
}

impl Places {
    pub(crate) fn new(most: usize, most_of_one: usize) -> Arc<Self> {
        Arc::new(Self { most, most_of_one, taken: Mutex::default() })
    }

    /// Takes a place. Returns `None` if too many are taken, by this operator or by all.
    pub(crate) fn take(self: &Arc<Self>, operator: &str) -> Option<Place> {
        let now = Instant::now();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // A server can hold on to the answer of a client that has gone, and never ask it for more.
        taken.places.retain(|held| now.duration_since(held.since) < LONGEST);
        let own = taken.places.iter().filter(|held| held.operator == operator).count();
        if taken.places.len() >= self.most || own >= self.most_of_one {
            return None;
        }
        taken.last += 1;
        let number = taken.last;
        taken.places.push(Held { number, operator: operator.to_owned(), since: now });
        Some(Place { places: Arc::clone(self), number })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.places.retain(|held| held.number != self.number);
    }
}

/// No work of the console goes on for longer.
const LONGEST: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_operator_cannot_take_all_places() {
        let places = Places::new(32, 8);
        let of = |name: &str, number: usize| -> Vec<_> {
            (0..number).map_while(|_| places.take(name)).collect()
        };
        let zoe = of("zoe", 20);
        assert_eq!(zoe.len(), 8);
        let others: Vec<_> = (0..10).map(|name| of(&name.to_string(), 4)).collect();
        assert_eq!(others.iter().map(Vec::len).sum::<usize>(), 24);
        assert!(places.take("max").is_none());
        drop(zoe);
        assert!(places.take("max").is_some());
    }
}
