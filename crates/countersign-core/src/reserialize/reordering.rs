//! Puts the members of reordered objects into their final order, in one copy of the text.

use std::{ops::Range, slice};

/// The objects whose members have to be reordered. All of them are put in order by one copy, so
/// that each byte is copied once, however deeply such objects are nested.
#[derive(Default)]
pub(super) struct Reordering {
    objects: Vec<Object>,
    /// The members that stay, of all objects.
    places: Vec<Place>,
}

/// An object whose members have to be reordered.
struct Object {
    /// The range of all its members in the text.
    whole: Range<usize>,
    /// The indices of the members that stay, in their final order.
    kept: Range<usize>,
}

/// The position of a member that stays.
pub(super) struct Place {
    pub(super) start: u32,
    pub(super) end: u32,
    /// False if an object within the member is reordered.
    pub(super) is_settled: bool,
}

/// An object whose members are being copied.
struct Open<'a> {
    members: slice::Iter<'a, Place>,
    is_first: bool,
    /// The text after the members of the object, up to the end of the member that holds the object,
    /// or of the whole text.
    rest: Range<usize>,
}

impl Reordering {
    /// Adds an object: the range of all its members, and the members that stay, in their final
    /// order.
    pub(super) fn object(&mut self, whole: Range<usize>, kept: impl Iterator<Item = Place>) {
        let first = self.places.len();
        self.places.extend(kept);
        self.objects.push(Object { whole, kept: first..self.places.len() });
    }

    /// Returns the text with the members of all added objects in their final order.
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
            // Finds the next object in this range. If the range is a member, an object in it begins
            // after the member's key. If the range is the text after an object, that object began
            // earlier, and is not found again.
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
            // Copies settled members at once. The next range is a member that is not settled, or
            // the text after an object whose members are done.
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
