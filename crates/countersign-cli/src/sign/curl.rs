//! A line of a POSIX shell that sends a signed body with curl.

use std::path::Path;

use crate::header::Field;

/// Returns the line. The body is a part of it, unless it is not text.
pub(super) fn line(url: &str, headers: &[Field], body: &[u8], file: Option<&Path>) -> String {
    let fields = headers.iter().map(|(name, value)| format!("{name}: {value}"));
    let json = (!headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")))
        .then(|| "Content-Type: application/json".to_owned());
    let fields = json.into_iter().chain(fields);
    let fields: String = fields.map(|field| format!(" -H {}", quoted(&field))).collect();
    let url = quoted(url);
    // `--data-raw` sends text as it is, even if it begins with `@`. A NUL cannot be an argument.
    match str::from_utf8(body).ok().filter(|text| !text.contains('\0')) {
        Some(text) => format!("curl -X POST{fields} --data-raw {} {url}", quoted(text)),
        None => match file {
            Some(path) => {
                let data = quoted(&format!("@{}", path.display()));
                format!("curl -X POST{fields} --data-binary {data} {url}")
            }
            None => {
                let octal: String = body.iter().map(|byte| format!("\\{byte:03o}")).collect();
                format!("printf '{octal}' | curl -X POST{fields} --data-binary @- {url}")
            }
        },
    }
}

/// Quotes one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_the_exact_body() {
        let headers = [("X-A".to_owned(), "b".to_owned())];
        assert_eq!(
            line("http://a/?b&c", &headers, b"@it's\n", None),
            "curl -X POST -H 'Content-Type: application/json' -H 'X-A: b' \
             --data-raw '@it'\\''s\n' 'http://a/?b&c'",
        );
        let binary = line("http://a/", &[], b"\0\xff%", None);
        assert!(binary.starts_with(r"printf '\000\377\045' | curl "), "{binary}");
        let file = line("http://a/", &[], b"\xff", Some(Path::new("a b")));
        assert!(file.contains("--data-binary '@a b' http://a/"), "{file}");
    }
}
