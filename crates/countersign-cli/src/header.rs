//! Header fields: the argument `Name: value`, and lookups.

/// A name and a value.
pub(crate) type Field = (String, String);

/// Reads the argument `Name: value`.
pub(crate) fn parse(text: &str) -> Result<Field, String> {
    let (name, value) = text
        .split_once(':')
        .ok_or_else(|| format!("{text:?} has no colon: write 'Name: value'"))?;
    // White space before the colon is an error in HTTP, too.
    if !is_name(name) {
        return Err(format!("{name:?} is not the name of a header"));
    }
    let value = value.trim_matches([' ', '\t']);
    if value.contains(['\r', '\n', '\0']) {
        return Err(format!("the value of {name} has a line break in it"));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Returns true for a token of RFC 9110, section 5.6.2.
pub(crate) fn is_name(text: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token)
}

/// Returns the first value of a field.
pub(crate) fn value<'a>(headers: &'a [Field], name: &str) -> Option<&'a str> {
    let field = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    field.map(|(_, value)| value.as_str())
}

/// Sets a field, instead of all fields with this name.
pub(crate) fn set(headers: &mut Vec<Field>, field: Field) {
    headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&field.0));
    headers.push(field);
}

/// Returns true for fields that belong to one connection, and are not passed on (RFC 9110, section
/// 7.6.1), and for those that the client writes itself.
pub(crate) fn is_of_connection(headers: &[Field], name: &str) -> bool {
    let is_listed = headers
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case(name));
    is_listed || OF_CONNECTION.iter().any(|other| other.eq_ignore_ascii_case(name))
}

const OF_CONNECTION: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields() {
        assert_eq!(parse("A: b:c ").unwrap(), ("A".to_owned(), "b:c".to_owned()));
        assert_eq!(parse("A:").unwrap(), ("A".to_owned(), String::new()));
        for wrong in ["", "A", ": b", "A : b", "A: b\r\nC: d", "Ä: b"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn finds_the_fields_of_a_connection() {
        let headers = [parse("Connection: close, X-Hop").unwrap()];
        assert!(is_of_connection(&headers, "x-hop") && is_of_connection(&[], "Host"));
        assert!(!is_of_connection(&headers, "X-Hub-Signature-256"));
    }
}
