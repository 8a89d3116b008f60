//! The format of a recorded request, and its recognition.

use clap::ValueEnum;

use super::{Recorded, gateway, har, raw};
use crate::failure::Failure;

/// The format of a FILE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Recognised by its content; a body if it is none of the others
    #[default]
    Auto,
    /// The body alone
    Body,
    /// Raw HTTP, or an `.http` file
    Http,
    /// A HAR file
    Har,
    /// The JSON event of an API gateway or a load balancer
    Event,
}

/// Reads a recorded request. Returns `None` if the bytes are a body alone.
pub(crate) fn read(
    bytes: &[u8],
    format: Format,
    entry: Option<usize>,
) -> Result<Option<Recorded>, Failure> {
    let format = if format == Format::Auto { recognised(bytes) } else { format };
    let read = match format {
        Format::Auto | Format::Body => return Ok(None),
        Format::Http => raw::read(bytes),
        Format::Har => har::read(bytes, entry),
        Format::Event => gateway::read(bytes),
    };
    read.map(Some).map_err(|reason| {
        Failure::could_not_run(format!("recorded request: {reason}"))
            .next("save the request without conversion, or give the body with --format body and -H")
    })
}

fn recognised(bytes: &[u8]) -> Format {
    if raw::is_raw(bytes) {
        return Format::Http;
    }
    if har::is_har(bytes) {
        return Format::Har;
    }
    if gateway::is_event(bytes) { Format::Event } else { Format::Body }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_any_bytes_without_a_panic(
            head in prop::sample::select(&[
                "", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n", "{",
                "{\"log\":{\"entries\":[", "{\"httpMethod\":\"POST\",\"headers\":{",
            ][..]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [head.as_bytes(), &rest].concat();
            for format in [Format::Auto, Format::Http, Format::Har, Format::Event] {
                drop(read(&bytes, format, None));
            }
            crate::pretty::body(&bytes);
        }

        #[test]
        fn keeps_any_body(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let recorded = Recorded {
                method: "POST".to_owned(),
                url: Some("http://a/".to_owned()),
                headers: Vec::new(),
                body,
                received_at: None,
                provider: None,
            };
            let read = read(&recorded.to_file(), Format::Auto, None).unwrap().unwrap();
            prop_assert_eq!(read.body, recorded.body);
        }
    }

    #[test]
    fn recognises_the_formats() {
        for (text, expected) in [
            ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", Format::Http),
            ("### one\n\nPOST http://a/b\n\n{}", Format::Http),
            (r#"{"log":{"entries":[]}}"#, Format::Har),
            (r#"{"headers":{"a":"b"},"requestContext":{},"body":""}"#, Format::Event),
            (r#"{"httpMethod":"POST","multiValueHeaders":{"a":["b"]}}"#, Format::Event),
            (r#"{"log":"text","id":"evt_1"}"#, Format::Body),
            (r#"{"headers":{"a":"b"}}"#, Format::Body),
            ("POST is a word", Format::Body),
            ("# a comment\nand text", Format::Body),
            ("", Format::Body),
        ] {
            assert_eq!(recognised(text.as_bytes()), expected, "{text}");
        }
    }
}
