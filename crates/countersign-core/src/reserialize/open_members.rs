//! The members of the objects that are open, and the order they end up in.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use super::{
    reordering::{Place, Reordering},
    string,
};

/// In which order a language writes an object's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// As their keys first appeared.
    Inserted,
    /// By the code points of their keys.
    Sorted,
    /// Those whose keys are array indices by number, then the others as they first appeared.
    IndicesFirst,
}

/// The members of all open objects, innermost last.
pub(super) struct Members {
    order: Order,
    list: Vec<Member>,
    /// Room for sorting one object: the start of a member's key, and its place among the members.
    sorting: Vec<(u128, usize)>,
}

/// Where a member stands in the output: in 32 bits, which [`Walk`](super::walk::Walk) sees to.
#[derive(Clone, Copy)]
struct Member {
    start: u32,
    key_end: u32,
    end: u32,
    is_settled: bool,
    /// The key's last bytes, which tell most keys of one object apart.
    sketch: u64,
    /// The key's number, if it is an array index and the language minds.
    index: Option<u32>,
}

/// Where an object's members begin.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Members {
    pub(super) fn new(order: Order) -> Self {
        Self { order, list: Vec::new(), sorting: Vec::new() }
    }

    pub(super) fn open(&self) -> Mark {
        Mark(self.list.len())
    }

    /// Adds a member whose key stands at the end of the output.
    pub(super) fn begin(&mut self, start: usize, out: &[u8]) {
        let index = match self.order {
            Order::IndicesFirst => array_index(&out[start..]),
            Order::Inserted | Order::Sorted => None,
        };
        let sketch = match self.order {
            Order::Sorted => 0,
            Order::Inserted | Order::IndicesFirst => sketch(&out[start..]),
        };
        let (start, key_end) = (start as u32, out.len() as u32);
        self.list.push(Member { start, key_end, end: 0, is_settled: true, sketch, index });
    }

    pub(super) fn end_value(&mut self, end: usize) {
        if let Some(member) = self.list.last_mut() {
            member.end = end as u32;
        }
    }

    /// Ends an object. If its members must stand otherwise than they came, says so.
    pub(super) fn close(&mut self, mark: Mark, out: &[u8], settle: &mut Reordering) {
        let members = &self.list[mark.0..];
        let key = |member: &Member| &out[member.start as usize..member.key_end as usize];
        let whole = match members {
            [first, .., last] => first.start as usize..last.end as usize,
            [only] => only.start as usize..only.end as usize,
            [] => return,
        };
        let stays = match self.order {
            Order::Inserted if !repeats(members, key) => true,
            Order::Inserted => {
                settle.object(whole, last_values(members, key).iter().map(Member::place));
                false
            }
            Order::IndicesFirst if are_indices_first(members) && !repeats(members, key) => true,
            Order::IndicesFirst => {
                let mut kept = last_values(members, key);
                // Stable: the others stay as they first appeared.
                kept.sort_by_key(|member| (member.index.is_none(), member.index));
                settle.object(whole, kept.iter().map(Member::place));
                false
            }
            Order::Sorted => {
                // Python sorts by code points: in UTF-8, bytes are in the same order. The start of
                // the keys decides nearly always.
                let unescaped = members.iter().map(|member| string::unescaped(key(member)));
                let texts: Vec<_> = unescaped.collect();
                self.sorting.clear();
                self.sorting.extend(texts.iter().map(|text| start_of(text)).zip(0..));
                let order = |a: &(u128, usize), b: &(u128, usize)| {
                    a.0.cmp(&b.0).then_with(|| texts[a.1].cmp(&texts[b.1]))
                };
                let stays = self.sorting.is_sorted_by(|a, b| order(a, b).is_lt());
                if !stays {
                    // Of one key, the last member stays the last.
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
    }
}

impl Member {
    fn place(&self) -> Place {
        Place { start: self.start, end: self.end, is_settled: self.is_settled }
    }
}

/// The first sixteen bytes of a text, as a number that is in their order.
fn start_of(text: &[u8]) -> u128 {
    let mut start = [0; 16];
    let length = text.len().min(start.len());
    start[..length].copy_from_slice(&text[..length]);
    u128::from_be_bytes(start)
}

/// The members that stay where a key is repeated: each in the place of its first, with the value of
/// its last.
fn last_values<'a>(members: &[Member], key: impl Fn(&Member) -> &'a [u8]) -> Vec<Member> {
    let mut kept = Vec::with_capacity(members.len());
    // Keyed at random: nobody can choose keys that collide.
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

/// Whether two members have one key.
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

/// The number of a written key that is an array index (ECMA-262, section 6.1.7): a canonical
/// integer below 2³² - 1.
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

/// Comparing each key with each other costs less than hashing them, up to here.
const FEW: usize = 12;
