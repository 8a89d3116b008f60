//! The chunks of a body, until they are joined.

use std::mem;

use bytes::{Bytes, BytesMut};

/// The chunks of one body.
pub(super) enum Buffer {
    /// A body of one chunk, which is passed on without a copy.
    One(Bytes),
    /// A body of several chunks. Boxed, because most bodies have one chunk, and a small enum is
    /// cheaper to move.
    Many(Box<Many>),
}

/// Several chunks. Large ones are kept as they are and copied once, at the end, because a buffer
/// that grows takes up to twice the body's length. Small ones are gathered in one buffer, because a
/// chunk of one byte keeps its whole read buffer alive.
#[derive(Default)]
pub(super) struct Many {
    settled: Vec<Bytes>,
    gathered: BytesMut,
}

impl Buffer {
    pub(super) fn push(&mut self, chunk: Bytes) {
        match self {
            Self::One(first) if first.is_empty() => *first = chunk,
            Self::One(_) if chunk.is_empty() => {}
            Self::One(first) => {
                let mut many = Box::<Many>::default();
                many.push(mem::take(first));
                many.push(chunk);
                *self = Self::Many(many);
            }
            Self::Many(many) => many.push(chunk),
        }
    }

    pub(super) fn join(self) -> Bytes {
        match self {
            Self::One(body) => body,
            Self::Many(many) => many.join(),
        }
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::One(Bytes::new())
    }
}

impl Many {
    fn push(&mut self, chunk: Bytes) {
        if chunk.len() < SMALL {
            self.gathered.extend_from_slice(&chunk);
            if self.gathered.len() >= GATHERED {
                self.settle();
            }
        } else {
            self.settle();
            self.settled.push(chunk);
        }
    }

    fn join(mut self) -> Bytes {
        if self.settled.is_empty() {
            return self.gathered.freeze();
        }
        self.settle();
        let length = self.settled.iter().map(Bytes::len).sum();
        let mut body = BytesMut::with_capacity(length);
        for frame in self.settled {
            body.extend_from_slice(&frame);
        }
        body.freeze()
    }

    fn settle(&mut self) {
        if !self.gathered.is_empty() {
            self.settled.push(self.gathered.split().freeze());
        }
    }
}

/// Least length of a chunk that is kept as it is, in bytes. Smaller ones are gathered: without
/// gathering, the handle and the rest of the read buffer take as much memory as the chunk.
const SMALL: usize = 4 * 1024;

/// Length, in bytes, at which the gathered chunks become one large chunk.
const GATHERED: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(sizes: &[usize]) -> (Bytes, Vec<u8>) {
        let mut buffer = Buffer::default();
        let mut expected = Vec::new();
        for (index, size) in sizes.iter().enumerate() {
            let chunk = vec![u8::try_from(index % 251).unwrap(); *size];
            expected.extend_from_slice(&chunk);
            buffer.push(chunk.into());
        }
        (buffer.join(), expected)
    }

    #[test]
    fn keeps_the_order_of_small_and_large_chunks() {
        let many = vec![1; 70_000];
        let mixed = [1, 1, SMALL + 1, 1, SMALL, SMALL - 1, 1];
        for sizes in [&[][..], &[0], &[0, 0, 5], &[5, 0], &mixed, &[SMALL, 1], &[1, SMALL], &many] {
            let (body, expected) = joined(sizes);
            assert_eq!(body, expected, "{:?}", &sizes[..sizes.len().min(8)]);
        }
    }

    #[test]
    fn hands_on_a_body_of_one_piece_without_a_copy() {
        let chunk = Bytes::from(vec![7; 10_000]);
        let mut buffer = Buffer::default();
        buffer.push(Bytes::new());
        buffer.push(chunk.clone());
        buffer.push(Bytes::new());
        assert_eq!(buffer.join().as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn does_not_keep_a_handle_for_each_byte() {
        let mut buffer = Buffer::default();
        for _ in 0..GATHERED * 3 {
            buffer.push(Bytes::from_static(b"x"));
        }
        let Buffer::Many(many) = buffer else { panic!("several chunks are kept as Many") };
        assert!(many.settled.len() <= 3, "{}", many.settled.len());
    }
}
