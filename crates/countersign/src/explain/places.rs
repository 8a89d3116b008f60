//! The places of kept rejections, and the rule that frees one of them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::refusal::Refusal;

/// Keeps at most [`PLACES`] rejections.
///
/// If all places are taken, each new rejection removes an old one: of the kind with the most
/// rejections, within that kind of the endpoint with the most, and there the oldest one. If two kinds
/// or two endpoints have equally many, the one with the older rejection loses it. So during a flood,
/// every other kind and endpoint keeps its newest rejections, up to an equal share of the places.
#[derive(Default)]
pub(super) struct Places {
    kinds: BTreeMap<Kind, BTreeMap<String, Group>>,
    taken: usize,
}

/// The reason, and true if the delivery is examined. Examined ones are a kind of their own, because
/// only they have a body and a verdict, and at most one of them comes each second.
type Kind = (&'static str, bool);

/// The rejections of one kind at one endpoint, the oldest first.
type Group = VecDeque<Arc<Refusal>>;

impl Places {
    /// Keeps a rejection. Returns the one that lost its place.
    pub(super) fn put(&mut self, refusal: Arc<Refusal>) -> Option<Arc<Refusal>> {
        let endpoints = self.kinds.entry((refusal.name, refusal.is_examined)).or_default();
        endpoints.entry(refusal.endpoint.clone()).or_default().push_back(refusal);
        if self.taken < PLACES {
            self.taken += 1;
            return None;
        }
        let kinds = self.kinds.values_mut();
        let endpoints = kinds.max_by_key(|endpoints| size(endpoints.values()))?;
        let largest = endpoints.values_mut().max_by_key(|group| size([&**group]))?;
        let removed = largest.pop_front();
        endpoints.retain(|_, group| !group.is_empty());
        self.kinds.retain(|_, endpoints| !endpoints.is_empty());
        removed
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Refusal>> {
        self.kinds.values().flat_map(BTreeMap::values).flatten()
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Arc<Refusal>> {
        let mut all = self.kinds.values_mut().flat_map(BTreeMap::values_mut).flatten();
        all.find(|kept| kept.number == number)
    }
}

/// Returns the number of rejections, and the number of the oldest one in reverse order.
fn size<'a>(groups: impl IntoIterator<Item = &'a Group>) -> (usize, Reverse<u64>) {
    groups.into_iter().fold((0, Reverse(u64::MAX)), |(length, oldest), group| {
        let first = group.front().map_or(u64::MAX, |refusal| refusal.number);
        (length + group.len(), oldest.max(Reverse(first)))
    })
}

/// Few enough for a page that is read.
pub(super) const PLACES: usize = 50;
