//! Headers, as they may be shown.

use crate::text;

/// Returns the names and the values. Some providers send their secret itself, as a token: such a
/// value is hidden. Of signatures, only the start is shown unless `whole` is true: a body and its
/// signature together can be sent once more.
pub(super) fn shown<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    whole: bool,
) -> Vec<(String, String)> {
    let shown = headers.map(|(name, value)| {
        let lower = name.to_ascii_lowercase();
        let value = if HIDDEN.iter().any(|part| lower.contains(part)) {
            format!("(hidden, {} bytes)", value.len())
        } else if !whole && SIGNATURES.iter().any(|part| lower.contains(part)) {
            let start = &value[..value.len().min(START)];
            format!("{}… ({} bytes)", text::bytes(start), value.len())
        } else {
            text::bytes(value)
        };
        (text::line(name), value)
    });
    shown.collect()
}

/// Parts of the names of headers that hold secrets.
const HIDDEN: [&str; 7] =
    ["authorization", "cookie", "password", "secret", "token", "api-key", "apikey"];

/// Parts of the names of headers that hold signatures.
const SIGNATURES: [&str; 4] = ["sign", "hmac", "digest", "hash"];

/// Bytes of a signature that everybody sees, to compare it.
const START: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_secrets() {
        let headers =
            [("X-Gitlab-Token", &b"secret"[..]), ("X-Hub-Signature-256", b"sha256=0123456789")];
        let all = shown(headers.into_iter(), true);
        assert_eq!(all[0].1, "(hidden, 6 bytes)");
        assert_eq!(all[1].1, "sha256=0123456789");
        let start = shown(headers.into_iter(), false);
        assert_eq!(start[1].1, "sha256=01234… (17 bytes)");
    }
}
