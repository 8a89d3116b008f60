//! Lines for a shell that send a delivery once more, signed anew.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::inbox::StoredRequest;

/// Makes the lines for the command `countersign`: with `send`, and with `sign` and curl. The secret
/// is read from `COUNTERSIGN_SECRET`. `body` is the body as it may be shown, and `id` is the number of
/// the delivery, whose body the page offers as a file. The line with curl is left out if a header
/// has the type, because it would not send that header.
pub(crate) fn lines(server: &str, request: &StoredRequest, id: i64, body: &[u8]) -> Vec<String> {
    let delivery = request.delivery();
    let url = quoted(&format!("{server}{}", request.path()));
    let provider = quoted(delivery.provider());
    // A file that is missing is an error. From a pipe, an empty body would be signed.
    let (input, file) = match str::from_utf8(body) {
        _ if body.len() > LONGEST => (String::new(), format!("delivery-{id}.bin")),
        Ok(text) if is_plain(text) => (format!("printf %s {} | ", quoted(text)), "-".to_owned()),
        _ => (format!("printf %s {} | base64 -d | ", STANDARD.encode(body)), "-".to_owned()),
    };
    let mut options = String::new();
    if let Some(id) = delivery.id() {
        options += &format!(" --id {}", quoted(id));
    }
    let mut type_header = String::new();
    if let Some(event_type) = delivery.event_type() {
        let named = delivery.headers().find(|(_, value)| *value == event_type.as_bytes());
        if let Some((name, _)) = named {
            type_header = format!(" -H {}", quoted(&format!("{name}: {event_type}")));
        }
    }
    let mut lines =
        vec![format!("{input}countersign send {provider} {url} {file}{options}{type_header}")];
    if type_header.is_empty() {
        lines.push(format!("{input}countersign sign {provider} {file} --curl={url}{options}"));
    }
    lines
}

/// Returns true if a shell can take the text between quotes, and a page and a terminal show each of
/// its characters.
fn is_plain(text: &str) -> bool {
    // fish reads `\'` within single quotes.
    crate::text::line(text) == text && !text.contains('\\')
}

/// Quotes a text for sh, bash, zsh and fish. A text with characters that a page does not show is written
/// by `printf` from escapes, so that the line shows all that it holds. A line break at its end gets
/// lost.
fn quoted(text: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/:".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_bare) {
        return text.to_owned();
    }
    if is_plain(text) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("\"$(printf '");
    for byte in text.bytes() {
        match byte {
            b'\'' | b'\\' | b'%' | b'-' | 0..0x20 | 0x7f.. => quoted += &format!("\\{byte:03o}"),
            _ => quoted.push(char::from(byte)),
        }
    }
    quoted + "')\""
}

/// A longer body is read from the file that the page offers.
const LONGEST: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_reads_what_was_quoted() {
        for text in ["it's $HOME `id` \"\\", "-n", "", "a\u{202e}'%d\\n-", "\u{200b}--x", "\t\nx"] {
            let script = format!("printf '%s' {}", quoted(text));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{script}");
        }
    }

    #[test]
    fn quotes_what_a_shell_would_read() {
        assert_eq!(quoted("http://a/b"), "http://a/b");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted("-x"), "'-x'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a\u{202e}'"), r#""$(printf 'a\342\200\256\047')""#);
        assert!(is_plain(r#"{"a": "`id`"}"#));
        assert!(!is_plain("a\u{202e}") && !is_plain("a\n"));
    }
}
