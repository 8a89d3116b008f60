//! Putting the members of reordered objects where they belong, all at once.

use std::ops::Range;

use super::members::Reordered;

/// The objects that must be put in order: each byte of the output is then moved once, however deep
/// such objects are in one another.
#[derive(Default)]
pub(super) struct Settle(Vec<Reordered>);

/// What is still to be written.
enum Piece {
    Text(Range<usize>),
    Separator,
}

impl Settle {
    pub(super) fn object(&mut self, object: Reordered) {
        self.0.push(object);
    }

    pub(super) fn apply(self, text: Vec<u8>, separator: &[u8]) -> Vec<u8> {
        let mut objects = self.0;
        if objects.is_empty() {
            return text;
        }
        objects.sort_unstable_by_key(|object| object.whole.start);

        let mut settled = Vec::with_capacity(text.len());
        let mut pieces = vec![Piece::Text(0..text.len())];
        while let Some(piece) = pieces.pop() {
            let range = match piece {
                Piece::Text(range) => range,
                Piece::Separator => {
                    settled.extend_from_slice(separator);
                    continue;
                }
            };
            // An object within begins behind the key of the member that holds it.
            let next = objects.partition_point(|object| object.whole.start <= range.start);
            match objects.get(next).filter(|object| object.whole.start < range.end) {
                None => settled.extend_from_slice(&text[range]),
                Some(object) => {
                    settled.extend_from_slice(&text[range.start..object.whole.start]);
                    pieces.push(Piece::Text(object.whole.end..range.end));
                    for (index, member) in object.kept.iter().enumerate().rev() {
                        pieces.push(Piece::Text(member.clone()));
                        if index > 0 {
                            pieces.push(Piece::Separator);
                        }
                    }
                }
            }
        }
        settled
    }
}
