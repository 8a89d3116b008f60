//! Bodies that were compressed: gzip (RFC 1952) and zlib (RFC 1950).

use std::io::{Read, Write};

use flate2::{
    Compression, Decompress, FlushDecompress, Status,
    bufread::GzDecoder,
    write::{GzEncoder, ZlibEncoder},
};

use crate::{HeaderSource, coding::Coding, scheme::body_form::TooLong};

impl Coding {
    /// Inflates a body to a text of at most `limit` bytes.
    ///
    /// Returns `None` if the body is not exactly one complete stream.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if the text is longer. The text that was inflated until then is dropped.
    pub(crate) fn inflate(self, body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
        match self {
            Self::Gzip => gunzip(body, limit),
            Self::Deflate => inflate(body, limit),
        }
    }
}

/// Returns the text as a stream in the coding that the request names, without compressing it. The
/// same text always gives the same stream. If the request names no known coding, returns the text
/// itself.
///
/// Use it for frameworks that inflate the body of a verified delivery again.
///
/// # Security
///
/// The received stream must not be passed on, because only its text was signed. Its header can hold
/// anything. Decoders do not agree on a stream with several gzip members, or with bytes after its
/// end.
pub fn stored<H: HeaderSource + ?Sized>(headers: &H, text: &[u8]) -> Vec<u8> {
    let room = Vec::with_capacity(text.len() + text.len() / 1024 + 64);
    let stream = match Coding::of(headers) {
        None => return text.to_vec(),
        Some(Coding::Gzip) => {
            let mut stream = GzEncoder::new(room, Compression::none());
            stream.write_all(text).and_then(|()| stream.finish())
        }
        Some(Coding::Deflate) => {
            let mut stream = ZlibEncoder::new(room, Compression::none());
            stream.write_all(text).and_then(|()| stream.finish())
        }
    };
    // Writing to memory does not fail.
    stream.unwrap_or_default()
}

fn gunzip(mut body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
    let mut text = Vec::new();
    // One byte more than the limit, to detect a longer text.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match GzDecoder::new(&mut body).take(most).read_to_end(&mut text) {
        Ok(length) if length > limit => Err(TooLong),
        Ok(_) => Ok(body.is_empty().then_some(text)),
        Err(_) => Ok(None),
    }
}

fn inflate(body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
    let mut stream = Decompress::new(true);
    let (mut text, mut rest) = (Vec::new(), body);
    loop {
        // Doubles the capacity. The maximum is one byte more than the limit, to detect a longer
        // text.
        let most = limit.saturating_add(1).saturating_sub(text.len());
        text.reserve_exact(text.len().max(ROOM).min(most));
        let (read, written) = (stream.total_in(), text.len());
        let status = stream.decompress_vec(rest, &mut text, FlushDecompress::None);
        if text.len() > limit {
            return Err(TooLong);
        }
        let read = usize::try_from(stream.total_in() - read).unwrap_or(usize::MAX);
        rest = rest.get(read..).unwrap_or_default();
        match status {
            Ok(Status::StreamEnd) => return Ok(rest.is_empty().then_some(text)),
            Ok(_) if read > 0 || text.len() > written => {}
            // The stream is not complete, or is not zlib.
            Ok(_) | Err(_) => return Ok(None),
        }
    }
}

/// The initial capacity for the text, in bytes.
const ROOM: usize = 4096;

#[cfg(test)]
mod tests {
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;

    use super::*;

    const CODINGS: [Coding; 2] = [Coding::Gzip, Coding::Deflate];

    fn compressed(text: &[u8], level: u32) -> [Vec<u8>; 2] {
        let level = Compression::new(level);
        let mut gzip = GzEncoder::new(Vec::new(), level);
        let mut zlib = ZlibEncoder::new(Vec::new(), level);
        gzip.write_all(text).unwrap();
        zlib.write_all(text).unwrap();
        [gzip.finish().unwrap(), zlib.finish().unwrap()]
    }

    proptest! {
        #[test]
        fn reads_what_was_compressed(text: Vec<u8>, repeated in 1_usize..200, level in 0_u32..10) {
            let text = text.repeat(repeated);
            for (coding, body) in CODINGS.into_iter().zip(compressed(&text, level)) {
                prop_assert_eq!(coding.inflate(&body, text.len()), Ok(Some(text.clone())));
                if let Some(less) = text.len().checked_sub(1) {
                    prop_assert_eq!(coding.inflate(&body, less), Err(TooLong));
                }
            }
        }

        #[test]
        fn reads_only_one_complete_stream(text: Vec<u8>, more in 1_usize..9) {
            for (coding, body) in CODINGS.into_iter().zip(compressed(&text, 6)) {
                for end in 0..body.len() {
                    prop_assert_eq!(coding.inflate(&body[..end], 99_999), Ok(None));
                }
                for rest in [&body, &vec![0; more]] {
                    prop_assert_eq!(coding.inflate(&[&*body, rest].concat(), 99_999), Ok(None));
                }
            }
            let [gzip, zlib] = compressed(&text, 6);
            prop_assert_eq!(Coding::Gzip.inflate(&zlib, 99_999), Ok(None));
            prop_assert_eq!(Coding::Deflate.inflate(&gzip, 99_999), Ok(None));
        }

        #[test]
        fn keeps_within_the_limit(body: Vec<u8>, limit in 0_usize..64) {
            for start in [&[][..], &[0x78, 0x9c], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]] {
                for coding in CODINGS {
                    if let Ok(Some(text)) = coding.inflate(&[start, &body].concat(), limit) {
                        prop_assert!(text.len() <= limit);
                    }
                }
            }
        }

        #[test]
        fn stores_a_text_as_a_stream_of_the_coding(text: Vec<u8>, repeated in 1_usize..400) {
            let text = text.repeat(repeated);
            for (coding, name) in CODINGS.into_iter().zip(["gzip", "deflate"]) {
                let stream = stored(&[("content-encoding", name)], &text);
                prop_assert_eq!(coding.inflate(&stream, text.len()), Ok(Some(text.clone())));
                prop_assert_eq!(stored(&[("content-encoding", name)], &text), stream);
            }
            prop_assert_eq!(stored(&[("content-encoding", "br")], &text), text);
        }
    }

    #[test]
    fn makes_no_more_room_than_the_limit() {
        let [_, zeros] = compressed(&vec![0; 1 << 20], 9);
        let text = inflate(&zeros, 1 << 20).unwrap().unwrap();
        assert_eq!(text.len(), 1 << 20);
        assert!(text.capacity() <= (1 << 20) + 1, "{}", text.capacity());
    }

    #[test]
    fn reads_nothing_without_the_header_of_the_format() {
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(b"{}").unwrap();
        let raw = raw.finish().unwrap();
        for body in [&raw[..], b"", b"{}", b"\x1f", b"\x1f\x8b", b"\x78", &[0xff; 99]] {
            for coding in CODINGS {
                assert_eq!(coding.inflate(body, 99), Ok(None), "{body:?}");
            }
        }
    }
}
