//! The members of the objects that are open, and the order they end up in.

use std::ops::Range;

use super::string;

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
}

/// Where a member stands in the output.
#[derive(Clone, Copy)]
struct Member {
    start: usize,
    key_end: usize,
    end: usize,
    /// The key's number, if it is an array index and the language minds.
    index: Option<u32>,
}

/// Where an object's members begin.
#[derive(Clone, Copy)]
pub(super) struct Mark(usize);

impl Members {
    pub(super) fn new(order: Order) -> Self {
        Self { order, list: Vec::new() }
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
        self.list.push(Member { start, key_end: out.len(), end: 0, index });
    }

    pub(super) fn end_value(&mut self, end: usize) {
        if let Some(member) = self.list.last_mut() {
            member.end = end;
        }
    }

    /// Ends an object. If its members must stand otherwise than they came, returns the places of
    /// those that stay, in their order; the first and the last place of all bound the object.
    pub(super) fn close(&mut self, mark: Mark, out: &[u8]) -> Option<Reordered> {
        let members = &self.list[mark.0..];
        let reordered = self.reorder(members, out);
        self.list.truncate(mark.0);
        reordered
    }

    fn reorder(&self, members: &[Member], out: &[u8]) -> Option<Reordered> {
        let key = |member: &Member| &out[member.start..member.key_end];
        let stays = match self.order {
            Order::Inserted => true,
            Order::Sorted => members.len() < 2,
            Order::IndicesFirst => are_indices_first(members),
        };
        if stays && !repeats(members, key) {
            return None;
        }

        // By key, and within one key as they came.
        let mut by_key: Vec<usize> = (0..members.len()).collect();
        by_key.sort_by(|a, b| key(&members[*a]).cmp(key(&members[*b])));
        // The place of the first and the value of the last.
        let mut kept: Vec<(usize, Member)> = by_key
            .chunk_by(|a, b| key(&members[*a]) == key(&members[*b]))
            .filter_map(|same| Some((*same.first()?, members[*same.last()?])))
            .collect();
        match self.order {
            Order::Inserted => kept.sort_unstable_by_key(|(first, _)| *first),
            Order::Sorted => kept.sort_by_cached_key(|(_, last)| string::code_points(key(last))),
            Order::IndicesFirst => kept
                .sort_unstable_by_key(|(first, last)| (last.index.is_none(), last.index, *first)),
        }
        Some(Reordered {
            whole: members.first()?.start..members.last()?.end,
            kept: kept.into_iter().map(|(_, member)| member.start..member.end).collect(),
        })
    }
}

/// An object whose members stand otherwise than they came.
pub(super) struct Reordered {
    /// Where they came.
    pub(super) whole: Range<usize>,
    /// Those that stay, in their order.
    pub(super) kept: Vec<Range<usize>>,
}

/// Whether two members have one key.
fn repeats<'a>(members: &[Member], key: impl Fn(&Member) -> &'a [u8]) -> bool {
    if members.len() <= FEW {
        return (1..members.len()).any(|index| {
            let (before, rest) = members.split_at(index);
            before.iter().any(|member| key(member) == key(&rest[0]))
        });
    }
    let mut keys: Vec<_> = members.iter().map(key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
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

/// Comparing each key with each other costs less than sorting, up to here.
const FEW: usize = 12;
