//! A line for a shell that sends a stored request again.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::inbox::StoredRequest;

use super::text::is_control;

/// Returns the line. The body is the same, byte for byte. Of the headers, those are sent that the
/// inbox has kept: of the signature, the id, the time and the type.
pub(super) fn line(server: &str, request: &StoredRequest) -> String {
    let url = format!("{}{}", server.trim_end_matches('/'), request.path());
    let mut options = format!("curl -i -X POST {}", quoted(&url));
    // Without this, `curl` names the type of a form.
    let content_type = request.get_content_type().unwrap_or_default();
    options += &format!(" -H {}", quoted(format!("Content-Type: {content_type}").trim_end()));
    for (name, value) in request.delivery().headers() {
        let value = String::from_utf8_lossy(value);
        options += &format!(" -H {}", quoted(&format!("{name}: {value}")));
    }
    match str::from_utf8(request.body()) {
        Ok(body) if is_plain(body) => format!("{options} --data-binary {}", quoted(body)),
        _ => {
            let body = STANDARD.encode(request.body());
            format!("printf %s {body} | base64 -d | {options} --data-binary @-")
        }
    }
}

/// Returns true if a shell and `curl` take the text for itself, and a terminal shows it.
fn is_plain(body: &str) -> bool {
    // `curl` reads a file if the text begins with `@`. Systems limit the length of an argument.
    !body.starts_with('@') && body.len() <= 100_000 && !body.chars().any(is_control)
}

/// Quotes a text for the shells of POSIX.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_read() {
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert!(is_plain(r#"{"a": "`id`"}"#));
        for body in ["@/etc/passwd", "a\nb", "\u{1b}[2J", "\0"] {
            assert!(!is_plain(body), "{body:?}");
        }
    }
}
