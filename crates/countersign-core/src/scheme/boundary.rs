//! The end of each variable part in the text that is signed.
//!
//! It must be possible to read a signed text in only one way. Each variable part before the body
//! therefore ends at the first byte of the literal that follows it, and never contains that byte: a
//! timestamp consists of digits, and an id that contains the byte is rejected, even if its
//! signature matches. The URL is configured, and therefore fixed, like a literal. The body is the
//! last part.

use super::{Part, Scheme};

impl Scheme {
    /// Returns a separator whose first byte occurs in the id, if there is one.
    // Used by both the verifier and the signer.
    #[inline]
    pub(crate) fn separator_within(&self, id: &str) -> Option<&'static str> {
        self.signed.windows(2).find_map(|parts| match parts {
            [Part::Id, Part::Literal(separator)] => {
                let ends = |byte: &u8| id.as_bytes().contains(byte);
                separator.as_bytes().first().is_some_and(ends).then_some(*separator)
            }
            _ => None,
        })
    }
}

/// Checks that every variable part has an end.
pub(super) const fn check(signed: &[Part]) {
    let mut index = 0;
    while index + 1 < signed.len() {
        let end = match signed[index + 1] {
            Part::Literal(text) => text.as_bytes().first(),
            Part::Timestamp | Part::Id | Part::Url | Part::Body => None,
        };
        match (signed[index], end) {
            (Part::Id, Some(_)) | (Part::Literal(_) | Part::Url | Part::Body, _) => {}
            (Part::Id, None) => panic!("a literal must end the signed id"),
            (Part::Timestamp, Some(end)) if !end.is_ascii_digit() => {}
            (Part::Timestamp, _) => {
                panic!("a literal that does not begin with a digit must end the signed timestamp")
            }
        }
        index += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_refused(signed: &'static [Part]) -> bool {
        std::panic::catch_unwind(|| check(signed)).is_err()
    }

    #[test]
    fn wants_a_literal_behind_each_variable_part() {
        const DOT: Part = Part::Literal(".");
        const NOTHING: Part = Part::Literal("");
        use Part::{Body, Id, Literal, Timestamp, Url};

        for unambiguous in [
            &[Body][..],
            &[Url, Body],
            &[Literal("v0:"), Timestamp, Literal(":"), Body],
            &[Id, DOT, Timestamp, DOT, Body],
            &[Timestamp, DOT, Id, Literal("::"), Body],
            &[Url, Timestamp, Literal("a1"), Body],
            &[Timestamp, DOT, Url, Body],
        ] {
            assert!(!is_refused(unambiguous), "{unambiguous:?}");
        }
        for ambiguous in [
            &[Id, Body][..],
            &[Timestamp, Body],
            &[Id, Timestamp, DOT, Body],
            &[Timestamp, Id, DOT, Body],
            &[Id, DOT, Timestamp, Body],
            &[Id, NOTHING, DOT, Body],
            &[Id, Url, Body],
            &[Timestamp, Url, DOT, Body],
            &[Timestamp, Literal("1."), Body],
        ] {
            assert!(is_refused(ambiguous), "{ambiguous:?}");
        }
    }

    #[test]
    fn finds_the_first_byte_of_any_separator_in_an_id() {
        let scheme = Scheme::hmac_sha256_hex(&["x-signature"]).signed(&[
            Part::Id,
            Part::Literal("; "),
            Part::Id,
            Part::Literal("."),
            Part::Body,
        ]);
        for (id, separator) in
            [("a", None), ("a b", None), ("a;", Some("; ")), (".a", Some(".")), ("", None)]
        {
            assert_eq!(scheme.separator_within(id), separator, "{id}");
        }
    }
}
