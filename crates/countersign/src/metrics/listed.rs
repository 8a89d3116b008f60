//! Names of event types that the application lists.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

/// Returns the same text, which lives as long as the program. Each name is kept once: a program
/// lists few.
pub(crate) fn listed(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let name = &*String::from(name).leak();
    names.insert(name);
    name
}
