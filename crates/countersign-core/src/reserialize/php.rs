//! PHP's `json_encode(json_decode($body))`.
//!
//! Source: `ext/json/json_{scanner.re,parser.y,encoder.c}`, `Zend/zend_strtod.c` and
//! `smart_str_append_double` of PHP 8; compared with PHP 8.2 with 64-bit integers.

mod names;
pub(super) mod pretty;

use super::{
    Serializer,
    number::{self, Decimal, Token},
    open_members::Order,
    string::{Charset, Unescaped},
};

/// The arguments with which a sender calls PHP's `json_decode` and `json_encode`.
///
/// The text depends on one setting of PHP, `serialize_precision`. Its default, -1, is assumed.
///
/// # Examples
///
/// ```
/// use countersign::scheme::{BodyForm, JsonEncode};
///
/// let body = r#"{"url": "https://example.com/Zoë", "price": 10.0, "items": {}}"#.as_bytes();
/// let text = BodyForm::Php(JsonEncode::DEFAULT).text_of(body);
/// let expected = r#"{"url":"https:\/\/example.com\/Zo\u00eb","price":10,"items":{}}"#;
/// assert_eq!(text.as_deref(), Some(expected.as_bytes()));
///
/// const READABLE: JsonEncode = JsonEncode::DEFAULT
///     .associative(true)
///     .unescaped_slashes(true)
///     .unescaped_unicode(true)
///     .preserve_zero_fraction(true);
/// let text = BodyForm::Php(READABLE).text_of(body);
/// let expected = r#"{"url":"https://example.com/Zoë","price":10.0,"items":[]}"#;
/// assert_eq!(text.as_deref(), Some(expected.as_bytes()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonEncode {
    associative: bool,
    unescaped: Unescaped,
    preserve_zero_fraction: bool,
    pretty: bool,
}

impl JsonEncode {
    /// The defaults: `json_encode(json_decode($body))`.
    pub const DEFAULT: Self = Self {
        associative: false,
        unescaped: Unescaped { slashes: false, unicode: false, line_terminators: false },
        preserve_zero_fraction: false,
        pretty: false,
    };

    /// Sets the second argument of `json_decode`: `true` decodes objects as arrays. Default:
    /// `false`.
    ///
    /// PHP then writes an object without members as `[]`. An object whose keys are `0`, `1`, `2`
    /// and so on, in this order, becomes a list. Code that calls `json_decode($body, true)` needs
    /// this option.
    #[must_use]
    pub const fn associative(self, associative: bool) -> Self {
        Self { associative, ..self }
    }

    /// Sets `JSON_UNESCAPED_SLASHES`: `true` writes `/`, and `false` writes `\/`. Default: `false`.
    #[must_use]
    pub const fn unescaped_slashes(self, slashes: bool) -> Self {
        Self { unescaped: Unescaped { slashes, ..self.unescaped }, ..self }
    }

    /// Sets `JSON_UNESCAPED_UNICODE`: `false` escapes all characters except ASCII. Default:
    /// `false`.
    ///
    /// The line terminators U+2028 and U+2029 stay escaped: see
    /// [`unescaped_line_terminators`](Self::unescaped_line_terminators).
    #[must_use]
    pub const fn unescaped_unicode(self, unicode: bool) -> Self {
        Self { unescaped: Unescaped { unicode, ..self.unescaped }, ..self }
    }

    /// Sets `JSON_UNESCAPED_LINE_TERMINATORS`. Default: `false`. The option has an effect only with
    /// [`unescaped_unicode`](Self::unescaped_unicode).
    #[must_use]
    pub const fn unescaped_line_terminators(self, line_terminators: bool) -> Self {
        Self { unescaped: Unescaped { line_terminators, ..self.unescaped }, ..self }
    }

    /// Sets `JSON_PRESERVE_ZERO_FRACTION`: `true` writes `1.0` as `1.0`, and `false` as `1`.
    /// Default: `false`.
    #[must_use]
    pub const fn preserve_zero_fraction(self, preserve_zero_fraction: bool) -> Self {
        Self { preserve_zero_fraction, ..self }
    }

    /// Sets `JSON_PRETTY_PRINT`: `true` writes each item and member on a line of its own, indented
    /// by four spaces for each level. Default: `false`.
    ///
    /// Indentation can make a text very long. A text that is more than twelve times as long as the
    /// body is not accepted. Usual events stay far below this limit.
    #[must_use]
    pub const fn pretty(self, pretty: bool) -> Self {
        Self { pretty, ..self }
    }

    /// Returns whether the text is indented.
    pub(crate) const fn is_pretty(self) -> bool {
        self.pretty
    }
}

impl Serializer for JsonEncode {
    fn item_separator(&self) -> &'static [u8] {
        b","
    }

    fn key_separator(&self) -> &'static [u8] {
        b":"
    }

    fn charset(&self) -> Charset {
        Charset::Php(self.unescaped)
    }

    fn order(&self) -> Order {
        if self.associative { Order::Lists } else { Order::Inserted }
    }

    fn has_constants(&self) -> bool {
        false
    }

    fn number(&self, token: Token<'_>, out: &mut Vec<u8>) -> Option<()> {
        let verbatim = match token.integer() {
            Some("-0") => Some("0"),
            Some(digits) => Some(digits).filter(|digits| digits.parse::<i64>().is_ok()),
            None => token.shortest(),
        };
        match verbatim {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => self.write_float(token.double(), out),
        }
        Some(())
    }

    fn allows_depth(&self, depth: usize, _is_empty: bool) -> bool {
        depth <= MAX_DEPTH
    }

    fn accepts_key(&self, written: &[u8]) -> bool {
        // PHP reserves such names of properties.
        self.associative || !written.starts_with(br#""\u0000"#)
    }

    fn empty_object(&self) -> &'static [u8] {
        if self.associative { b"[]" } else { b"{}" }
    }

    fn writes_invalid(&self) -> bool {
        true
    }
}

impl JsonEncode {
    fn write_float(self, double: f64, out: &mut Vec<u8>) {
        if double.is_infinite() {
            out.push(NOT_UTF8);
            return;
        }
        if double.is_sign_negative() {
            out.push(b'-');
        }
        let double = double.abs();
        let has_fraction = if double == 0.0 {
            out.push(b'0');
            false
        } else if let Some(integer) = number::as_integer(double) {
            out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
            false
        } else {
            let decimal = Decimal::of(double);
            if (-3..=17).contains(&decimal.point) {
                decimal.write_plain(out)
            } else {
                decimal.write_mantissa(".0", out);
                out.extend_from_slice(format!("e{:+}", decimal.point - 1).as_bytes());
                true
            }
        };
        if self.preserve_zero_fraction && !has_fraction {
            out.extend_from_slice(b".0");
        }
    }
}

/// Mark of a number that `json_decode` accepts and `json_encode` does not: an infinite one. No
/// UTF-8 has this byte.
const NOT_UTF8: u8 = 0xff;

/// Greatest number of arrays and objects that are open at once. The limit of PHP is a depth of 512,
/// and a number or string without an array has the depth 1.
const MAX_DEPTH: usize = 511;
