//! JSON in a member of a URL-encoded form (`application/x-www-form-urlencoded`).

use std::iter;

/// Returns the decoded value of the member `name`, if it is the first member of a form.
///
/// The bytes decide whether the body is a form. The request's `Content-Type` does not, because it
/// is not signed: with another `Content-Type`, signed JSON that holds `&payload=` in a text could
/// be replayed as a form, with an event that nobody signed. JSON does not begin with `payload=`.
///
/// Returns `None` if the body does not begin with `name=`, written without escapes, or if the
/// member is repeated, because two readers of the form may use different values.
pub(crate) fn member(body: &[u8], name: &str) -> Option<Vec<u8>> {
    let members = body.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
    let mut members = members.split(|byte| *byte == b'&');
    let value = members.next()?;
    let is_repeated = members.any(|member| {
        let other = member.split(|byte| *byte == b'=').next().unwrap_or_default();
        decoded(other).eq(name.bytes())
    });
    if is_repeated {
        return None;
    }
    let mut bytes = Vec::with_capacity(value.len());
    bytes.extend(decoded(value));
    Some(bytes)
}

/// Decodes `+` and `%` with two hex digits. Other bytes are not changed, including a `%` without
/// digits (URL Standard, section 5.1).
fn decoded(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = text;
    iter::from_fn(move || {
        let (byte, after) = rest.split_first()?;
        let (byte, after) = match byte {
            b'+' => (b' ', after),
            b'%' => escaped(after).unwrap_or((b'%', after)),
            byte => (*byte, after),
        };
        rest = after;
        Some(byte)
    })
}

/// Reads the two hex digits after a `%`.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, rest @ ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? << 4 | digit(*low)?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_first_member_if_it_has_the_name_and_is_not_repeated() {
        for (body, value) in [
            ("payload=%7B%22a%22%3A+1%7d", Some("{\"a\": 1}")),
            ("payload={}", Some("{}")),
            ("payload=", Some("")),
            ("payload=a=b", Some("a=b")),
            ("payload=%C3%A9%", Some("é%")),
            ("payload=%2", Some("%2")),
            ("payload=%zz%+1", Some("%zz% 1")),
            ("payload=1&a=2&", Some("1")),
            ("payload=1&payloads=2", Some("1")),
            ("payload=1&payload=2", None),
            ("payload=1&payload", None),
            ("payload=1&p%61yload=2", None),
            ("a=1&payload=2", None),
            ("&payload=1", None),
            (" payload=1", None),
            ("Payload=1", None),
            ("p%61yload=1", None),
            ("payload", None),
            ("payloads=1", None),
            (r#"{"title":"x&payload=%7B%7D&y"}"#, None),
            ("", None),
        ] {
            let read = member(body.as_bytes(), "payload");
            assert_eq!(read.as_deref(), value.map(str::as_bytes), "{body}");
        }
        assert_eq!(member(b"payload=%FF", "payload"), Some(vec![0xff]));
    }

    proptest! {
        #[test]
        fn decodes_as_the_crate_form_urlencoded_does(value in "[ -%'-~é]{0,40}") {
            let body = format!("payload={value}");
            let (_, expected) = form_urlencoded::parse(body.as_bytes()).next().unwrap();
            let read = member(body.as_bytes(), "payload").unwrap();
            prop_assert_eq!(String::from_utf8_lossy(&read), expected);
        }

        #[test]
        fn reads_back_any_text(value in any::<String>()) {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("payload", &value)
                .finish();
            let read = member(body.as_bytes(), "payload");
            prop_assert_eq!(read.as_deref(), Some(value.as_bytes()));
        }
    }
}
