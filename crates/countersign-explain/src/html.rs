//! The escapes of HTML.

/// Removes the escapes. Returns `None` if the text has none.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut out = text.to_owned();
    for (escape, character) in ESCAPES {
        if out.contains(escape) {
            out = out.replace(escape, character);
        }
    }
    // Last, so that `&amp;lt;` becomes `&lt;`.
    let out = out.replace("&amp;", "&");
    (out != text).then_some(out)
}

/// Escapes the five characters that templates escape.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

const ESCAPES: [(&str, &str); 15] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#039;", "'"),
    ("&apos;", "'"),
    ("&#x2F;", "/"),
    ("&#47;", "/"),
    ("&#x3D;", "="),
    ("&#61;", "="),
    ("&#x60;", "`"),
    ("&#43;", "+"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_what_it_adds() {
        let text = r#"a<b>&"c'd"#;
        assert_eq!(unescape(&escape(text)).unwrap(), text);
        assert_eq!(unescape("&amp;lt;").unwrap(), "&lt;");
        assert_eq!(unescape("a & b"), None);
    }
}
