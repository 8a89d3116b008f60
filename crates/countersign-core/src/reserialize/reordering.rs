//! Putting the members of reordered objects where they belong, all at once.

use std::{ops::Range, slice};

/// The objects that must be put in order: each byte of the output is then moved once, however deep
/// such objects are in one another.
#[derive(Default)]
pub(super) struct Reordering {
    objects: Vec<Object>,
    /// The members of all of them.
    places: Vec<Place>,
}

/// An object whose members stand otherwise than they came.
struct Object {
    /// Where they came.
    whole: Range<usize>,
    /// Those that stay, in their order.
    kept: Range<usize>,
}

/// A member that stays.
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Whether no object within it stands otherwise than it came.
    pub(super) is_settled: bool,
}

/// An object that is being written.
struct Open<'a> {
    members: slice::Iter<'a, Place>,
    is_first: bool,
    /// What stands behind the object, up to where its own holder goes on.
    rest: Range<usize>,
}

impl Reordering {
    /// Adds an object: where its members came, and those that stay, in their order.
    pub(super) fn object(&mut self, whole: Range<usize>, kept: impl Iterator<Item = Place>) {
        let first = self.places.len();
        self.places.extend(kept);
        self.objects.push(Object { whole, kept: first..self.places.len() });
    }

    /// Writes a text with its objects put in order.
    pub(super) fn apply(self, text: Vec<u8>, separator: &[u8]) -> Vec<u8> {
        let Self { mut objects, places } = self;
        if objects.is_empty() {
            return text;
        }
        objects.sort_unstable_by_key(|object| object.whole.start);

        let mut settled = Vec::with_capacity(text.len());
        let mut open: Vec<Open<'_>> = Vec::new();
        let mut range = 0..text.len();
        loop {
            // An object within begins behind the key of the member that holds it.
            let next = objects.partition_point(|object| object.whole.start <= range.start);
            match objects.get(next).filter(|object| object.whole.start < range.end) {
                None => settled.extend_from_slice(&text[range]),
                Some(object) => {
                    settled.extend_from_slice(&text[range.start..object.whole.start]);
                    let rest = object.whole.end..range.end;
                    let members = places[object.kept.clone()].iter();
                    open.push(Open { members, is_first: true, rest });
                }
            }
            // What is settled within is written at once; the rest is gone into.
            range = loop {
                let Some(object) = open.last_mut() else { return settled };
                let Some(member) = object.members.next() else {
                    let rest = object.rest.clone();
                    open.pop();
                    break rest;
                };
                if !object.is_first {
                    settled.extend_from_slice(separator);
                }
                object.is_first = false;
                let range = member.start as usize..member.end as usize;
                if !member.is_settled {
                    break range;
                }
                settled.extend_from_slice(&text[range]);
            };
        }
    }
}
