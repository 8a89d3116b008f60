//! A body's chunks, until they are put together.

use bytes::{Bytes, BytesMut};

/// The chunks of one body.
///
/// A body that came in one piece is handed on without a copy. Large chunks are kept as they are
/// and copied once, at the end: a buffer that grows holds up to twice the body. Small ones are
/// gathered, because a chunk of one byte keeps its whole read buffer alive.
#[derive(Default)]
pub(crate) struct Frames {
    first: Bytes,
    rest: Vec<Bytes>,
    gathered: BytesMut,
    length: usize,
}

impl Frames {
    pub(crate) fn push(&mut self, chunk: Bytes) {
        self.length += chunk.len();
        if self.length == chunk.len() {
            self.first = chunk;
        } else if chunk.len() < SMALL {
            self.gathered.extend_from_slice(&chunk);
            if self.gathered.len() >= GATHERED {
                self.settle();
            }
        } else {
            self.settle();
            self.rest.push(chunk);
        }
    }

    pub(crate) fn join(mut self) -> Bytes {
        if self.length == self.first.len() {
            return self.first;
        }
        self.settle();
        let mut body = BytesMut::with_capacity(self.length);
        for frame in std::iter::once(self.first).chain(self.rest) {
            body.extend_from_slice(&frame);
        }
        body.freeze()
    }

    fn settle(&mut self) {
        if !self.gathered.is_empty() {
            self.rest.push(self.gathered.split().freeze());
        }
    }
}

/// Bytes; chunks below are gathered. A handle and the tail of a read buffer weigh as much.
const SMALL: usize = 4 * 1024;

/// Bytes; how many are gathered at most.
const GATHERED: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(sizes: &[usize]) -> (Bytes, Vec<u8>) {
        let mut frames = Frames::default();
        let mut expected = Vec::new();
        for (index, size) in sizes.iter().enumerate() {
            let chunk = vec![u8::try_from(index % 251).unwrap(); *size];
            expected.extend_from_slice(&chunk);
            frames.push(chunk.into());
        }
        (frames.join(), expected)
    }

    #[test]
    fn keeps_the_order_of_small_and_large_chunks() {
        let many = vec![1; 70_000];
        for sizes in
            [&[][..], &[0], &[0, 0, 5], &[5, 0], &[1, 1, 5000, 1, 4096, 4095, 1], &[9000, 1], &many]
        {
            let (body, expected) = joined(sizes);
            assert_eq!(body, expected, "{:?}", &sizes[..sizes.len().min(8)]);
        }
    }

    #[test]
    fn hands_on_a_body_of_one_piece_without_a_copy() {
        let chunk = Bytes::from(vec![7; 10_000]);
        let mut frames = Frames::default();
        frames.push(Bytes::new());
        frames.push(chunk.clone());
        frames.push(Bytes::new());
        assert_eq!(frames.join().as_ptr(), chunk.as_ptr());
    }

    #[test]
    fn does_not_keep_a_handle_for_each_byte() {
        let mut frames = Frames::default();
        for _ in 0..GATHERED * 3 {
            frames.push(Bytes::from_static(b"x"));
        }
        assert!(frames.rest.len() <= 3, "{}", frames.rest.len());
    }
}
