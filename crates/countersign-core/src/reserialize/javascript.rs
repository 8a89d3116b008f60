//! JavaScript's `JSON.stringify(JSON.parse(body))`.
//!
//! Source: ECMA-262, sections 25.5.1 `JSON.parse`, 25.5.2 `JSON.stringify`, 6.1.6.1.20
//! `Number::toString` and 10.1.11 `OrdinaryOwnPropertyKeys`.

use super::{Serializer, number::Token, open_members::Order, string::Charset};

/// `JSON.stringify` without a replacer and without indentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonStringify;

impl Serializer for JsonStringify {
    fn item_separator(&self) -> &'static [u8] {
        b","
    }

    fn key_separator(&self) -> &'static [u8] {
        b":"
    }

    fn charset(&self) -> Charset {
        Charset::WellFormed
    }

    fn order(&self) -> Order {
        Order::IndicesFirst
    }

    fn has_constants(&self) -> bool {
        false
    }

    fn number(&self, token: Token<'_>, out: &mut Vec<u8>) -> Option<()> {
        let verbatim = match token.integer() {
            Some("-0") => Some("0"),
            Some(digits) => Some(digits).filter(|digits| digits.len() <= EXACT_DIGITS),
            None => token.shortest(),
        };
        if let Some(text) = verbatim {
            out.extend_from_slice(text.as_bytes());
            return Some(());
        }
        let double = token.double();
        if double.is_infinite() {
            out.extend_from_slice(b"null");
        } else if double == 0.0 {
            // Negative zero is written without its sign.
            out.push(b'0');
        } else {
            out.extend_from_slice(ryu_js::Buffer::new().format_finite(double).as_bytes());
        }
        Some(())
    }
}

/// Length of the longest integer that is copied as it is, in bytes, including its sign. Every
/// integer of up to 15 digits is exactly a double.
const EXACT_DIGITS: usize = 15;
