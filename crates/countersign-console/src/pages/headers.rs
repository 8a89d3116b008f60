//! Headers, as they may be shown.

use crate::text;

/// Returns the names and the values. Some providers send their secret itself, as a token: such a
/// value is hidden. Of values that can be a signature, only the start is shown unless `whole` is
/// true: a body and its signature together can be sent once more. `known` are values that the page
/// shows elsewhere.
pub(super) fn shown<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    known: &[&str],
    whole: bool,
) -> Vec<(String, String)> {
    let shown = headers.map(|(name, value)| {
        let lower = name.to_ascii_lowercase();
        let is_known = || known.iter().any(|known| known.as_bytes() == value);
        let value = if SECRET.iter().any(|part| lower.contains(part)) {
            format!("(hidden, {} bytes)", value.len())
        } else if URLS.contains(&&*lower) {
            url(value)
        } else if whole
            || OPEN.contains(&&*lower)
            || value.iter().all(u8::is_ascii_digit)
            || is_known()
        {
            text::bytes(value)
        } else {
            let start = &value[..value.len().min(START)];
            format!("{}… ({} bytes)", text::bytes(start), value.len())
        };
        (text::line(name), value)
    });
    shown.collect()
}

/// Returns a URL without its query, which can have a secret.
fn url(value: &[u8]) -> String {
    match value.iter().position(|byte| *byte == b'?') {
        Some(end) => format!("{}?(hidden)", text::bytes(&value[..end])),
        None => text::bytes(value),
    }
}

/// Parts of the names of headers that hold secrets.
const SECRET: [&str; 7] =
    ["authorization", "cookie", "password", "secret", "token", "api-key", "apikey"];

/// Headers with the URL of the request.
const URLS: [&str; 3] = ["x-forwarded-uri", "x-original-uri", "x-original-url"];

/// Headers that describe the request, and hold no signature.
const OPEN: [&str; 10] = [
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-forwarded-host",
    "x-forwarded-path",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-original-host",
];

/// Bytes of a signature that everybody sees, to compare it.
const START: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_secrets_and_shortens_signatures() {
        let headers = [
            ("X-Gitlab-Token", &b"secret"[..]),
            ("X-Acme-Sig", b"sha256=0123456789"),
            ("X-Event-Id", b"evt_0123456789"),
            ("X-Timestamp", b"1700000000123"),
            ("Content-Type", b"application/json; charset=utf-8"),
            ("X-Original-URL", b"/hooks?token=abc"),
        ];
        let values = |whole| -> Vec<_> {
            let shown = shown(headers.into_iter(), &["evt_0123456789"], whole).into_iter();
            shown.map(|(_, value)| value).collect()
        };
        let mut expected = [
            "(hidden, 6 bytes)",
            "sha256=01234… (17 bytes)",
            "evt_0123456789",
            "1700000000123",
            "application/json; charset=utf-8",
            "/hooks?(hidden)",
        ];
        assert_eq!(values(false), expected);
        expected[1] = "sha256=0123456789";
        assert_eq!(values(true), expected);
    }
}
