//! A body that was changed after it was signed.

/// Changes one letter or digit, so that the data differs in every form of the body.
pub(super) fn tampered(mut body: Vec<u8>) -> Vec<u8> {
    match body.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric()) {
        Some(byte) => {
            *byte = match *byte {
                b'9' => b'0',
                b'z' => b'a',
                b'Z' => b'A',
                other => other + 1,
            }
        }
        None => body.push(b'x'),
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_one_byte() {
        for (given, expected) in [(r#"{"a":9}"#, r#"{"a":0}"#), ("{}", "{}x"), ("ab ", "ac ")] {
            assert_eq!(tampered(given.as_bytes().to_vec()), expected.as_bytes());
        }
    }
}
