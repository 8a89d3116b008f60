//! The lists that are updated while they are open.

use std::sync::{Arc, Mutex, PoisonError};

/// Counts the live lists. Each one asks the inbox again and again, so their number is bounded.
#[derive(Debug, Default)]
pub(crate) struct Live(Mutex<Vec<String>>);

/// A live list. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    live: Arc<Live>,
    operator: String,
}

impl Live {
    /// Opens a list. Returns `None` if there are too many, of this operator or of all.
    pub(crate) fn open(self: &Arc<Self>, operator: &str) -> Option<Open> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.iter().filter(|other| *other == operator).count();
        if open.len() >= MOST || own >= MOST_OF_ONE {
            return None;
        }
        open.push(operator.to_owned());
        Some(Open { live: Arc::clone(self), operator: operator.to_owned() })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut open = self.live.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = open.iter().position(|other| *other == self.operator) {
            open.swap_remove(place);
        }
    }
}

const MOST: usize = 32;
const MOST_OF_ONE: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_operator_cannot_take_all_places() {
        let live = Arc::new(Live::default());
        let of = |name: &str, number: usize| -> Vec<_> {
            (0..number).map_while(|_| live.open(name)).collect()
        };
        let zoe = of("zoe", 20);
        assert_eq!(zoe.len(), MOST_OF_ONE);
        let others: Vec<_> = (0..10).map(|name| of(&name.to_string(), 4)).collect();
        assert_eq!(others.iter().map(Vec::len).sum::<usize>(), MOST - MOST_OF_ONE);
        assert!(live.open("max").is_none());
        drop(zoe);
        assert!(live.open("max").is_some());
    }
}
