//! The table of handlers, by the names of events.

use std::{collections::HashMap, fmt, panic::Location};

use countersign_core::event::EventName;

/// Handlers of the type `H`, by the names of events.
#[derive(Clone)]
pub(crate) struct Table<H> {
    /// Handlers of one name: a type, or a type and an action.
    exact: HashMap<Box<str>, Entry<H>>,
    /// True if a name in `exact` has a dot. The text after a dot can be an action.
    has_dot: bool,
    /// Handlers of all names that begin with a prefix. Longer prefixes come first.
    prefixes: Vec<(Box<str>, Entry<H>)>,
    unhandled: Option<Entry<H>>,
}

/// A handler, and the line of source code that added it.
#[derive(Clone)]
struct Entry<H> {
    handler: H,
    place: &'static Location<'static>,
    /// The name, for labels of metrics. `None` for the handler of unhandled events.
    #[cfg(feature = "metrics")]
    label: Option<&'static str>,
}

impl<H> Entry<H> {
    #[track_caller]
    fn new(handler: H) -> Self {
        Self {
            handler,
            place: Location::caller(),
            #[cfg(feature = "metrics")]
            label: None,
        }
    }

    /// Sets the name for labels of metrics.
    fn labeled(self, name: &str) -> Self {
        #[cfg(not(feature = "metrics"))]
        let _ = name;
        Self {
            #[cfg(feature = "metrics")]
            label: Some(crate::metrics::listed(name)),
            ..self
        }
    }
}

impl<H> Table<H> {
    pub(crate) fn new() -> Self {
        Self { exact: HashMap::new(), has_dot: false, prefixes: Vec::new(), unhandled: None }
    }

    /// Adds the handler of one type, or of one action of a type.
    #[track_caller]
    pub(crate) fn on(&mut self, name: &str, handler: H) {
        let entry = Entry::new(handler).labeled(name);
        assert!(!name.is_empty(), "the name of an event type is empty");
        assert!(
            !name.ends_with('*'),
            "`*` in `{name}` is not a wildcard: use on_prefix({:?})",
            name.trim_end_matches('*'),
        );
        if let Some(other) = self.exact.get(name) {
            entry.panic_beside(other, name);
        }
        self.has_dot |= name.contains('.');
        self.exact.insert(name.into(), entry);
    }

    /// Adds the handler of all names with this prefix.
    #[track_caller]
    pub(crate) fn on_prefix(&mut self, prefix: &str, handler: H) {
        let entry = Entry::new(handler).labeled(&format!("{prefix}*"));
        assert!(!prefix.is_empty(), "an empty prefix matches every event type: use unhandled");
        if let Some((_, other)) = self.prefixes.iter().find(|(other, _)| **other == *prefix) {
            entry.panic_beside(other, &format!("{prefix}*"));
        }
        let longer = |(other, _): &(Box<str>, Entry<H>)| other.len() >= prefix.len();
        let place = self.prefixes.partition_point(longer);
        self.prefixes.insert(place, (prefix.into(), entry));
    }

    /// Sets the handler of all other events.
    #[track_caller]
    pub(crate) fn unhandled(&mut self, handler: H) {
        let entry = Entry::new(handler);
        if let Some(other) = &self.unhandled {
            entry.panic_beside(other, "unhandled events");
        }
        self.unhandled = Some(entry);
    }

    /// Returns true if the action of an event can decide its handler.
    pub(crate) fn has_actions(&self) -> bool {
        self.has_dot || !self.prefixes.is_empty()
    }

    /// Finds the handler of an event: that of the type and the action, that of the type, that of
    /// the longest prefix, or that of unhandled events.
    pub(crate) fn find(&self, name: &EventName<'_>) -> Option<&H> {
        let with_action = name.action.as_ref().map(|_| name.to_string());
        let full = with_action.as_deref().unwrap_or(&name.event_type);
        let exact = self
            .exact
            .get(full)
            .or_else(|| with_action.as_ref().and_then(|_| self.exact.get(&*name.event_type)));
        let of_prefix = || {
            self.prefixes
                .iter()
                .find(|(prefix, _)| full.starts_with(&**prefix))
                .map(|(_, entry)| entry)
        };
        let entry = exact.or_else(of_prefix).or(self.unhandled.as_ref())?;
        #[cfg(feature = "metrics")]
        crate::observe::set_event_type(|| entry.label);
        Some(&entry.handler)
    }

    /// Returns the names in alphabetical order. A prefix ends with `*`.
    pub(crate) fn event_types(&self) -> Vec<String> {
        let exact = self.exact.keys().map(|name| name.to_string());
        let prefixes = self.prefixes.iter().map(|(prefix, _)| format!("{prefix}*"));
        let mut names: Vec<_> = exact.chain(prefixes).collect();
        names.sort_unstable();
        names
    }
}

impl<H> Entry<H> {
    /// Panics, because two handlers have one name.
    #[track_caller]
    fn panic_beside(&self, other: &Self, name: &str) -> ! {
        panic!("two handlers for `{name}`: at {} and at {}", other.place, self.place);
    }
}

impl<H> fmt::Debug for Table<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.event_types()).finish()
    }
}

#[cfg(test)]
mod tests;
