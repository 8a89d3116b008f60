//! Members of bodies that are not shown.

use serde_json::Value;

use crate::SettingError;

/// The members of JSON that the console hides, by their pointers (RFC 6901).
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction(Vec<String>);

/// A body, as it may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The bytes as they came.
    Whole(Vec<u8>),
    /// JSON that was written again, without the hidden members.
    Redacted(Vec<u8>),
    /// Not JSON: what has to be hidden cannot be found.
    Hidden,
}

impl Redaction {
    pub(crate) fn add(&mut self, pointer: &str) -> Result<(), SettingError> {
        if !pointer.starts_with('/') {
            return Err(SettingError::Pointer(pointer.to_owned()));
        }
        self.0.push(pointer.to_owned());
        Ok(())
    }

    /// Returns the body as it may be shown. With hidden members, only JSON is shown: of a member
    /// that occurs twice, the last one.
    pub(crate) fn apply(&self, body: &[u8]) -> Shown {
        if self.0.is_empty() {
            return Shown::Whole(body.to_owned());
        }
        let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return Shown::Hidden };
        for pointer in &self.0 {
            if let Some(member) = value.pointer_mut(pointer) {
                *member = Value::String(REDACTED.to_owned());
            }
        }
        Shown::Redacted(value.to_string().into_bytes())
    }
}

const REDACTED: &str = "[redacted]";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_members_and_what_it_cannot_read() {
        let mut redaction = Redaction::default();
        assert_eq!(redaction.apply(b"a=1"), Shown::Whole(b"a=1".to_vec()));
        assert!(redaction.add("data").is_err());
        redaction.add("/data/email").unwrap();
        redaction.add("/items/0").unwrap();
        let body = br#"{"data":{"email":"zoe@example.com"},"items":[1,2],"data":{"email":"b"}}"#;
        let shown = r#"{"data":{"email":"[redacted]"},"items":["[redacted]",2]}"#;
        assert_eq!(redaction.apply(body), Shown::Redacted(shown.as_bytes().to_vec()));
        for other in [&b"email=zoe"[..], b"\xff", b"{\"data\":", &[b'['; 1000]] {
            assert_eq!(redaction.apply(other), Shown::Hidden);
        }
    }
}
