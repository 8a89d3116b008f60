//! Header fields of a rejected delivery, without text of the sender.

use countersign_core::HeaderSource;

/// Header fields that describe the body. Each value is a number, or an entry of a fixed list.
pub(super) struct Sent {
    pub(super) content_length: Option<u64>,
    pub(super) content_type: Option<&'static str>,
    pub(super) content_encoding: Option<&'static str>,
}

impl Sent {
    pub(super) fn of<H: HeaderSource + ?Sized>(headers: &H) -> Self {
        Self {
            content_length: first(headers, "content-length").and_then(|text| text.parse().ok()),
            content_type: first(headers, "content-type").map(|text| {
                let essence = text.split(';').next().unwrap_or_default();
                known(essence, &MEDIA_TYPES)
            }),
            content_encoding: first(headers, "content-encoding").map(|text| known(text, &CODINGS)),
        }
    }
}

/// Returns the first value of a field, or an empty text if it is not UTF-8.
fn first<'a, H: HeaderSource + ?Sized>(headers: &'a H, name: &'a str) -> Option<&'a str> {
    headers.values(name).next().map(|value| str::from_utf8(value).unwrap_or_default())
}

/// Returns the entry of the list that equals the text, in any letter case, or `other`.
fn known(text: &str, list: &[&'static str]) -> &'static str {
    let is_entry = |entry: &&&str| entry.eq_ignore_ascii_case(text.trim());
    list.iter().find(is_entry).copied().unwrap_or("other")
}

/// Media types that senders of webhooks use.
const MEDIA_TYPES: [&str; 10] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/octet-stream",
    "application/xml",
    "multipart/form-data",
    "text/json",
    "text/plain",
    "text/xml",
];

const CODINGS: [&str; 6] = ["gzip", "deflate", "br", "zstd", "compress", "identity"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_only_known_values() {
        let headers = [
            ("Content-Type", "Application/JSON; charset=utf-8"),
            ("Content-Encoding", " GZIP"),
            ("Content-Length", "42"),
        ];
        let sent = Sent::of(&headers);
        assert_eq!(sent.content_type, Some("application/json"));
        assert_eq!((sent.content_encoding, sent.content_length), (Some("gzip"), Some(42)));

        let headers = [
            ("Content-Type", "4242/4242"),
            ("Content-Encoding", "gzip, 4242"),
            ("Content-Length", "-4242"),
        ];
        let sent = Sent::of(&headers);
        assert_eq!(sent.content_type, Some("other"));
        assert_eq!((sent.content_encoding, sent.content_length), (Some("other"), None));

        let none: [(&str, &str); 0] = [];
        let sent = Sent::of(&none);
        assert_eq!((sent.content_type, sent.content_length), (None, None));
    }
}
