//! The chunked transfer coding of HTTP/1 (RFC 9112, section 7.1).

/// Decodes a body of chunks. Bytes after the last chunk are ignored: trailers, or another request.
/// A body that does not begin with a chunk was decoded already, and is returned as it is.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let size = end.and_then(|end| size(&rest[..end]));
        let (Some(end), Some(size)) = (end, size) else {
            let is_decoded = body.is_empty() && rest.len() == bytes.len();
            return if is_decoded { Ok(bytes.to_vec()) } else { Err(CUT_OFF.to_owned()) };
        };
        rest = &rest[end + 1..];
        if size == 0 {
            return Ok(body);
        }
        let (chunk, after) = rest.split_at_checked(size).ok_or(CUT_OFF)?;
        body.extend_from_slice(chunk);
        let after = after.strip_prefix(b"\r").unwrap_or(after);
        rest = after.strip_prefix(b"\n").ok_or(CUT_OFF)?;
    }
}

fn size(line: &[u8]) -> Option<usize> {
    let line = str::from_utf8(line).ok()?.split(';').next()?.trim();
    usize::from_str_radix(line, 16).ok()
}

const CUT_OFF: &str = "the chunked body is cut off, or was changed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_chunks() {
        let body = decode(b"4\r\n{\"a\"\r\n5;x=y\r\n:\r\n1}\r\n0\r\nTrailer: x\r\n\r\n").unwrap();
        assert_eq!(body, b"{\"a\":\r\n1}");
        assert_eq!(decode(b"{\"a\":1}").unwrap(), b"{\"a\":1}");
        assert_eq!(decode(b"").unwrap(), b"");
        for cut in ["4\r\n{\"a", "2\r\n{}", "2\r\n{}x\r\n", "2\r\n{}\r\n", "ffffffffffffffff\r\n{}"]
        {
            assert!(decode(cut.as_bytes()).is_err(), "{cut:?}");
        }
    }
}
