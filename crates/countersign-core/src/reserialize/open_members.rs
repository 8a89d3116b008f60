//! The members of the open objects, and their final order.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    reordering::{Place, Reordering},
    string,
};

/// The order in which a language writes an object's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The order in which their keys first appeared.
    Inserted,
    /// Sorted by the code points of their keys.
    Sorted,
    /// First the members whose keys are array indices, by number. Then the others, in the order in
    /// which their keys first appeared.
    IndicesFirst,
    /// The order of `Inserted`. An object whose keys are then `0`, `1`, `2` and so on is a list.
    Lists,
}

/// The members of all open objects, innermost last.
pub(super) struct Members {
    order: Order,
    list: Vec<Member>,
    /// Working space to sort one object, kept for the next one: the start of each member's key, and
    /// the member's index.
    sorting: Vec<(u128, usize)>,
}

/// The position of a member in the output. [`Walk`](super::walk::Walk) makes sure that positions
/// fit into 32 bits.
#[derive(Clone, Copy)]
struct Member {
    start: u32,
    key_end: u32,
    end: u32,
    /// False if an object within the member is reordered, so that its text still changes.
    is_settled: bool,
    /// The last eight bytes of the written key, in which most keys of one object differ. Not set
    /// for [`Order::Sorted`].
    sketch: u64,
    /// The key's number, if it is an array index. Set only for [`Order::IndicesFirst`] and
    /// [`Order::Lists`].
    index: Option<u32>,
}

/// The index of an object's first member.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Members {
    pub(super) fn new(order: Order) -> Self {
        Self { order, list: Vec::new(), sorting: Vec::new() }
    }

    pub(super) fn open(&self) -> Mark {
        Mark(self.list.len())
    }

    /// Adds the member whose key was written last. The key begins at `start` in the output.
    pub(super) fn begin(&mut self, start: usize, out: &[u8]) {
        let index = match self.order {
            Order::IndicesFirst | Order::Lists => array_index(&out[start..]),
            Order::Inserted | Order::Sorted => None,
        };
        let sketch = match self.order {
            Order::Sorted => 0,
            Order::Inserted | Order::IndicesFirst | Order::Lists => sketch(&out[start..]),
        };
        let (start, key_end) = (start as u32, out.len() as u32);
        self.list.push(Member { start, key_end, end: 0, is_settled: true, sketch, index });
    }

    pub(super) fn end_value(&mut self, end: usize) {
        if let Some(member) = self.list.last_mut() {
            member.end = end as u32;
        }
    }

    /// Ends an object. If its members have to be reordered, adds the object to `settle`. Returns
    /// whether the object is a list. Its opening bracket is then one of a list, and its keys are
    /// dropped.
    pub(super) fn close(&mut self, mark: Mark, out: &mut [u8], settle: &mut Reordering) -> bool {
        let members = &self.list[mark.0..];
        let key = |member: &Member| &out[member.start as usize..member.key_end as usize];
        let whole = match members {
            [first, .., last] => first.start as usize..last.end as usize,
            [only] => only.start as usize..only.end as usize,
            [] => return false,
        };
        let start = whole.start;
        let mut is_list = false;
        let stays = match self.order {
            Order::Inserted if !repeats(members, key) => true,
            Order::Inserted => {
                settle.object(whole, last_values(members, key).iter().map(Member::place));
                false
            }
            Order::Lists if !repeats(members, key) => {
                is_list = are_items(members);
                if is_list {
                    settle.object(whole, members.iter().map(Member::item));
                }
                !is_list
            }
            Order::Lists => {
                let kept = last_values(members, key);
                is_list = are_items(&kept);
                let place = if is_list { Member::item } else { Member::place };
                settle.object(whole, kept.iter().map(place));
                false
            }
            Order::IndicesFirst if are_indices_first(members) && !repeats(members, key) => true,
            Order::IndicesFirst => {
                let mut kept = last_values(members, key);
                // The sort is stable: keys that are not indices keep their order.
                kept.sort_by_key(|member| (member.index.is_none(), member.index));
                settle.object(whole, kept.iter().map(Member::place));
                false
            }
            Order::Sorted => {
                // Python sorts by code points, and bytes of UTF-8 have the same order. Nearly
                // always, the first sixteen bytes of two keys already differ.
                let unescaped = members.iter().map(|member| string::unescaped(key(member)));
                let texts: Vec<_> = unescaped.collect();
                self.sorting.clear();
                self.sorting.extend(texts.iter().map(|text| start_of(text)).zip(0..));
                let order = |a: &(u128, usize), b: &(u128, usize)| {
                    a.0.cmp(&b.0).then_with(|| texts[a.1].cmp(&texts[b.1]))
                };
                let stays = self.sorting.is_sorted_by(|a, b| order(a, b).is_lt());
                if !stays {
                    // Members with equal keys keep the order of the input, and the last one stays.
                    self.sorting.sort_unstable_by(|a, b| order(a, b).then(a.1.cmp(&b.1)));
                    let groups = self.sorting.chunk_by(|a, b| order(a, b).is_eq());
                    let kept = groups.filter_map(|same| Some(members[same.last()?.1].place()));
                    settle.object(whole, kept);
                }
                stays
            }
        };
        let is_settled = stays && members.iter().all(|member| member.is_settled);
        self.list.truncate(mark.0);
        if let Some(holder) = self.list.last_mut() {
            holder.is_settled &= is_settled;
        }
        if is_list {
            out[start - 1] = b'[';
        }
        is_list
    }
}

impl Member {
    fn place(&self) -> Place {
        Place { start: self.start, end: self.end, is_settled: self.is_settled }
    }

    /// Returns the place of the member's value. The key is followed by `:`.
    fn item(&self) -> Place {
        Place { start: self.key_end + 1, ..self.place() }
    }
}

/// Returns the first sixteen bytes of a text as a number. Two such numbers compare as their bytes
/// do.
fn start_of(text: &[u8]) -> u128 {
    let mut start = [0; 16];
    let length = text.len().min(start.len());
    start[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(start)
}

/// Returns the members that stay if a key is repeated: the last member of each key, in the place of
/// the first member of that key.
fn last_values<'a>(members: &[Member], key: impl Fn(&Member) -> &'a [u8]) -> Vec<Member> {
    let mut kept = Vec::with_capacity(members.len());
    // The hashes are keyed at random, so that a sender cannot choose keys that collide.
    let mut places = HashMap::with_capacity(members.len());
    for member in members {
        match places.entry(key(member)) {
            Entry::Occupied(place) => kept[*place.get()] = *member,
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(*member);
            }
        }
    }
    kept
}

/// Returns whether two members have the same key.
fn repeats<'a>(members: &[Member], key: impl Fn(&Member) -> &'a [u8]) -> bool {
    if members.len() <= FEW {
        return (1..members.len()).any(|index| {
            let (before, rest) = members.split_at(index);
            before
                .iter()
                .any(|member| member.sketch == rest[0].sketch && key(member) == key(&rest[0]))
        });
    }
    let mut seen = HashSet::with_capacity(members.len());
    !members.iter().all(|member| seen.insert(key(member)))
}

fn sketch(written: &[u8]) -> u64 {
    match written.last_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => written.iter().fold(0, |sketch, byte| sketch << 8 | u64::from(*byte)),
    }
}

fn are_indices_first(members: &[Member]) -> bool {
    members.is_sorted_by_key(|member| (member.index.is_none(), member.index))
}

/// Returns whether the members are the items of a list, in order.
fn are_items(members: &[Member]) -> bool {
    members.iter().zip(0..).all(|(member, index)| member.index == Some(index))
}

/// Returns the number of a written key that is an array index (ECMA-262, section 6.1.7): a
/// canonical integer below 2³² - 1.
fn array_index(written: &[u8]) -> Option<u32> {
    let digits = written.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let is_canonical = match digits {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    let number = is_canonical.then(|| str::from_utf8(digits).ok()?.parse().ok())??;
    (number != u32::MAX).then_some(number)
}

/// Greatest number of members whose keys are compared pair by pair. Up to this number, the
/// comparisons cost less than hashes.
const FEW: usize = 12;
