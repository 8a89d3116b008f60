//! Headers, as they may be shown.

use crate::text;

/// Returns the names and the values. Some providers send their secret itself, as a token: such a
/// value is hidden.
pub(super) fn shown<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Vec<(String, String)> {
    let shown = headers.map(|(name, value)| {
        let lower = name.to_ascii_lowercase();
        let value = if HIDDEN.iter().any(|part| lower.contains(part)) {
            format!("(hidden, {} bytes)", value.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_secrets() {
        let headers = [("X-Gitlab-Token", &b"secret"[..]), ("X-Hub-Signature-256", b"sha256=1")];
        let shown = shown(headers.into_iter());
        assert_eq!(shown[0].1, "(hidden, 6 bytes)");
        assert_eq!(shown[1].1, "sha256=1");
    }
}
