//! Bodies that were compressed: gzip (RFC 1952) and zlib (RFC 1950).

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status, bufread::GzDecoder};

use crate::{HeaderSource, form::TooLong};

/// Returns whether the request names one coding, `gzip` or `deflate`, in any case (RFC 9110, section
/// 8.4.1).
pub(crate) fn is_coded<H: HeaderSource + ?Sized>(headers: &H) -> bool {
    let mut fields = headers.values("content-encoding");
    let (Some(coding), None) = (fields.next(), fields.next()) else { return false };
    let coding = coding.trim_ascii();
    coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"deflate")
}

/// Inflates a body to a text of at most `limit` bytes. The first bytes decide which of the two
/// formats it is.
///
/// Returns `None` if the body is not exactly one complete stream. This is strict, because a framework
/// can inflate the same body for a handler with another decoder. Decoders differ on several members
/// of gzip, on bytes after the end, and on deflate without the header of zlib. The handler could then
/// get a text that was not signed.
///
/// # Errors
///
/// If the text is longer. What was inflated until then is dropped.
pub(crate) fn inflate(body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
    if body.starts_with(GZIP) { gzip(body, limit) } else { zlib(body, limit) }
}

fn gzip(mut body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
    let mut text = Vec::new();
    // One byte more than the limit, to detect a longer text.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match GzDecoder::new(&mut body).take(most).read_to_end(&mut text) {
        Ok(length) if length > limit => Err(TooLong),
        Ok(_) => Ok(body.is_empty().then_some(text)),
        Err(_) => Ok(None),
    }
}

fn zlib(body: &[u8], limit: usize) -> Result<Option<Vec<u8>>, TooLong> {
    let mut stream = Decompress::new(true);
    let (mut text, mut rest) = (Vec::new(), body);
    loop {
        text.reserve(ROOM);
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
            // It broke off, or it is not zlib.
            Ok(_) | Err(_) => return Ok(None),
        }
    }
}

const GZIP: &[u8] = b"\x1f\x8b";

/// Bytes reserved before each step. `Vec::reserve` reserves more when the text is long.
const ROOM: usize = 4096;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{
        Compression,
        write::{DeflateEncoder, GzEncoder, ZlibEncoder},
    };
    use proptest::prelude::*;

    use super::*;

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
            for body in compressed(&text, level) {
                prop_assert_eq!(inflate(&body, text.len()), Ok(Some(text.clone())));
                if let Some(less) = text.len().checked_sub(1) {
                    prop_assert_eq!(inflate(&body, less), Err(TooLong));
                }
            }
        }

        #[test]
        fn reads_one_complete_stream_alone(text: Vec<u8>, more in 1_usize..9) {
            for body in compressed(&text, 6) {
                for end in 0..body.len() {
                    prop_assert_eq!(inflate(&body[..end], 99_999), Ok(None));
                }
                for rest in [&body, &vec![0; more]] {
                    prop_assert_eq!(inflate(&[&*body, rest].concat(), 99_999), Ok(None));
                }
            }
        }

        #[test]
        fn keeps_within_the_limit(body: Vec<u8>, limit in 0_usize..64) {
            for start in [&[][..], &[0x78, 0x9c], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]] {
                if let Ok(Some(text)) = inflate(&[start, &body].concat(), limit) {
                    prop_assert!(text.len() <= limit);
                }
            }
        }
    }

    #[test]
    fn reads_nothing_without_the_header_of_a_format() {
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(b"{}").unwrap();
        for body in
            [&raw.finish().unwrap()[..], b"", b"{}", b"\x1f", b"\x1f\x8b", b"\x78", &[0xff; 99]]
        {
            assert_eq!(inflate(body, 99), Ok(None), "{body:?}");
        }
    }

    #[test]
    fn wants_one_coding_that_it_reads() {
        let is_coded_as = |codings: &[&str]| {
            let fields: Vec<_> =
                codings.iter().map(|coding| ("Content-Encoding", *coding)).collect();
            is_coded(&fields)
        };
        for coding in ["gzip", "GZip", " gzip\t", "deflate", "DEFLATE"] {
            assert!(is_coded_as(&[coding]), "{coding}");
        }
        for codings in [
            &[][..],
            &[""],
            &["br"],
            &["x-gzip"],
            &["identity"],
            &["gzip, gzip"],
            &["gzip", "gzip"],
        ] {
            assert!(!is_coded_as(codings), "{codings:?}");
        }
    }
}
