//! Raw HTTP/1 requests, as `nc` saves them, `.http` files, as editors send them, and what `curl -i`
//! prints of a server that gives recorded deliveries out.

use std::time::SystemTime;

use super::{Recorded, chunked, delivery};
use crate::{
    header::{self, Field},
    moment,
};

/// Returns true if the bytes begin with a request line or a status line, after comments.
pub(super) fn is_raw(bytes: &[u8]) -> bool {
    for line in (Lines { rest: bytes }) {
        if !is_between_requests(line) {
            return str::from_utf8(line).is_ok_and(|line| request_line(line).is_some());
        }
    }
    false
}

/// Reads the first request.
pub(super) fn read(bytes: &[u8]) -> Result<Recorded, String> {
    let mut lines = Lines { rest: bytes };
    let mut notes = Notes::default();
    let first = loop {
        let line = lines.next().ok_or("there is no request line")?;
        if !is_between_requests(line) {
            break line;
        }
        notes.read(line);
    };
    let first = String::from_utf8_lossy(first);
    let (method, target) =
        request_line(&first).ok_or_else(|| format!("{first:?} is not a request line"))?;

    let mut headers: Vec<Field> = Vec::new();
    loop {
        let line = String::from_utf8_lossy(lines.next().ok_or("the head does not end")?);
        if line.is_empty() {
            break;
        }
        // A long field in several lines, as old senders write it (RFC 9112, section 5.2).
        if let (true, Some((_, value))) = (line.starts_with([' ', '\t']), headers.last_mut()) {
            value.push_str(&format!(" {}", line.trim()));
            continue;
        }
        headers.push(header::parse(&line)?);
        if lines.rest.is_empty() {
            break;
        }
    }
    let body = body(&headers, lines.rest)?;
    Ok(Recorded {
        method: method.to_owned(),
        url: Some(target)
            .filter(|target| !target.is_empty())
            .and_then(|target| delivery::url(target, &headers)),
        headers,
        body,
        received_at: notes.received_at,
        provider: notes.provider,
    })
}

/// The comments that `listen --record` writes above the request.
#[derive(Default)]
struct Notes {
    received_at: Option<SystemTime>,
    provider: Option<String>,
}

impl Notes {
    fn read(&mut self, line: &[u8]) {
        let Ok(line) = str::from_utf8(line) else { return };
        if let Some(time) = line.strip_prefix(RECEIVED) {
            self.received_at = moment::parse(time.trim()).ok();
        } else if let Some(name) = line.strip_prefix(PROVIDER) {
            self.provider = Some(name.trim().to_owned());
        }
    }
}

/// Returns the body: exactly as long as the head says.
fn body(headers: &[Field], rest: &[u8]) -> Result<Vec<u8>, String> {
    let is_chunked = header::value(headers, "transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked"));
    if is_chunked {
        return chunked::decode(rest);
    }
    let Some(length) = header::value(headers, "content-length") else {
        let end = rest.windows(SEPARATOR.len()).position(|part| part == SEPARATOR);
        return Ok(rest[..end.unwrap_or(rest.len())].to_vec());
    };
    let length: usize =
        length.parse().map_err(|_| format!("the content length {length:?} is not a number"))?;
    rest.get(..length).map(<[u8]>::to_vec).ok_or_else(|| {
        format!("the body has {} bytes of {length}: it is cut off, or was changed", rest.len())
    })
}

/// Returns true for blank lines, comments, and the line between two requests.
fn is_between_requests(line: &[u8]) -> bool {
    line.trim_ascii().is_empty() || line.starts_with(b"#") || line.starts_with(b"//")
}

/// Returns the method and the target. Only `.http` files leave the version out, and have a URL.
fn request_line(line: &str) -> Option<(&str, &str)> {
    if is_status_line(line) {
        // The head of an answer has no target, and the delivery was a POST.
        return Some(("POST", ""));
    }
    let mut words = line.split_ascii_whitespace();
    let (method, target, version) = (words.next()?, words.next()?, words.next());
    let is_method = method.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_request = match version {
        Some(version) => version.starts_with("HTTP/"),
        None => target.starts_with("http://") || target.starts_with("https://"),
    };
    (is_method && is_request && words.next().is_none()).then_some((method, target))
}

/// Returns whether a line is like `HTTP/2 200`, the first one that `curl -i` prints.
fn is_status_line(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let is_version = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    let is_status = |status: &str| status.len() == 3 && status.bytes().all(|b| b.is_ascii_digit());
    is_version && words.next().is_some_and(is_status)
}

/// Lines that end with LF or CRLF, and the bytes after them.
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = match end {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

pub(super) const RECEIVED: &str = "# received: ";
pub(super) const PROVIDER: &str = "# provider: ";

/// The line between two requests of an `.http` file.
const SEPARATOR: &[u8] = b"\n###";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_dump() {
        let dump = b"POST /hook?a=b HTTP/1.1\r\nHost: example.com\r\nX-Long: a\r\n b\r\n\
            Content-Length: 3\r\n\r\n\r\n!\r\n";
        let recorded = read(dump).unwrap();
        assert_eq!(recorded.method, "POST");
        assert_eq!(recorded.url.as_deref(), Some("http://example.com/hook?a=b"));
        assert_eq!(recorded.headers[1], ("X-Long".to_owned(), "a b".to_owned()));
        assert_eq!(recorded.body, b"\r\n!");
        assert!(recorded.received_at.is_none());
    }

    #[test]
    fn reads_a_chunked_dump() {
        let dump = b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n2\r\n{}\r\n0\r\n\r\n";
        assert_eq!(read(dump).unwrap().body, b"{}");
        assert!(read(&dump[..dump.len() - 8]).is_err());
    }

    #[test]
    fn reads_a_file_of_an_editor() {
        let file = b"# received: 2023-11-14T22:13:20Z\n# provider: github\n\n\
            POST https://example.com/hook\nA: b\n\n{\"a\": 1}\n\n### next\nPOST /\n";
        let recorded = read(file).unwrap();
        assert_eq!(recorded.url.as_deref(), Some("https://example.com/hook"));
        assert_eq!(recorded.body, b"{\"a\": 1}\n");
        assert_eq!(recorded.received_at.map(moment::text).as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(recorded.provider.as_deref(), Some("github"));
    }

    #[test]
    fn rejects_what_is_not_a_whole_request() {
        for (dump, expected) in [
            ("", "no request line"),
            ("POST\n\n", "not a request line"),
            ("POST / HTTP/1.1\n", "does not end"),
            ("POST / HTTP/1.1\nno colon\n\n", "no colon"),
            ("POST / HTTP/1.1\nContent-Length: 5\n\n{}", "2 bytes of 5"),
            ("POST / HTTP/1.1\nContent-Length: x\n\n{}", "not a number"),
        ] {
            let error = read(dump.as_bytes()).unwrap_err();
            assert!(error.contains(expected), "{dump:?}: {error}");
        }
        assert_eq!(read(b"POST / HTTP/1.1\nA: b").unwrap().body, b"");
    }
}
