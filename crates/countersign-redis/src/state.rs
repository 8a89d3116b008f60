//! The value of an event, as text that an operator can read:
//!
//! ```text
//! claimed:00000000000000000000000000000001
//! done:00000000000000000000000000000001:the note
//! ```

use bytes::Bytes;
use countersign::idempotency::{StoreError, Token};

/// The state of an event that is not free.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum State {
    Claimed,
    Done { note: Bytes },
}

impl State {
    /// Returns the value of a claim, which no other claim has.
    pub(crate) fn claimed(token: Token) -> String {
        format!("{CLAIMED}{token}")
    }

    /// Returns the value of a completed event. The value contains the token, so that a completion
    /// can be repeated.
    pub(crate) fn done(token: Token, note: &[u8]) -> Vec<u8> {
        [format!("{DONE}{token}:").as_bytes(), note].concat()
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if no store wrote the value.
    pub(crate) fn read(value: &Bytes) -> Result<Self, StoreError> {
        Self::claimed_or_done(value)
            .ok_or_else(|| StoreError::new("the key holds a value that no store wrote"))
    }

    fn claimed_or_done(value: &Bytes) -> Option<Self> {
        if let Some(token) = value.strip_prefix(CLAIMED.as_bytes()) {
            return is_token(token).then_some(Self::Claimed);
        }
        let (token, rest) = value.strip_prefix(DONE.as_bytes())?.split_at_checked(TOKEN)?;
        let note = rest.strip_prefix(b":").filter(|_| is_token(token))?;
        Some(Self::Done { note: value.slice_ref(note) })
    }
}

fn is_token(text: &[u8]) -> bool {
    text.len() == TOKEN && text.iter().all(u8::is_ascii_hexdigit)
}

const CLAIMED: &str = "claimed:";
const DONE: &str = "done:";

/// Hexadecimal digits of a token.
const TOKEN: usize = 32;

#[cfg(test)]
mod tests {
    use countersign::idempotency::{IdempotencyKey, Lease};

    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let token = Lease::new(IdempotencyKey::builder("e").event_type(None).id("1")).token();
        let claimed = Bytes::from(State::claimed(token));
        assert_eq!(State::read(&claimed).unwrap(), State::Claimed);
        for note in [&b""[..], b":", b"\0\xff", b"done:"] {
            let done = Bytes::from(State::done(token, note));
            assert_eq!(State::read(&done).unwrap(), State::Done { note: note.to_vec().into() });
        }
    }

    #[test]
    fn rejects_what_no_store_wrote() {
        let token = "0123456789abcdef0123456789abcdef";
        let foreign = [
            String::new(),
            "1".to_owned(),
            "claimed:".to_owned(),
            format!("claimed:{token}0"),
            format!("claimed:{}", &token[1..]),
            format!("claimed:{}", token.replace('0', "g")),
            format!("Claimed:{token}"),
            "done:".to_owned(),
            format!("done:{token}"),
            format!("done:{token};"),
            format!("done:{}:", token.replace('0', "g")),
            format!("done:{}", "é".repeat(40)),
        ];
        for value in foreign {
            assert!(State::read(&Bytes::from(value.clone())).is_err(), "{value}");
        }
    }
}
