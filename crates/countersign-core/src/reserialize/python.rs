//! CPython's `json.dumps(json.loads(body))`.
//!
//! Source: `Lib/json/{decoder,encoder,scanner}.py` and `Modules/_json.c` of CPython 3.11 to 3.13;
//! `repr` of a float is `format_float_short` of `Python/pystrtod.c`.

mod names;

use super::{
    Serializer,
    number::{self, Decimal, Token},
    open_members::Order,
    string::Charset,
};

/// The arguments with which a sender calls Python's `json.dumps`.
///
/// # Examples
///
/// ```
/// use countersign::scheme::{BodyForm, JsonDumps};
///
/// const COMPACT: JsonDumps =
///     JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false).sort_keys(true);
/// let text = BodyForm::Python(COMPACT).text_of(r#"{"b": "Zo\u00eb", "a": 1}"#.as_bytes());
/// assert_eq!(text.as_deref(), Some(r#"{"a":1,"b":"Zoë"}"#.as_bytes()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonDumps {
    /// Items are separated by `","`, and not by `", "`.
    compact_items: bool,
    /// Keys are separated by `":"`, and not by `": "`.
    compact_keys: bool,
    ensure_ascii: bool,
    sort_keys: bool,
}

impl JsonDumps {
    /// The defaults: `json.dumps(data)`.
    pub const DEFAULT: Self =
        Self { compact_items: false, compact_keys: false, ensure_ascii: true, sort_keys: false };

    /// Sets `separators=(item, key)`. Default: `", "` and `": "`.
    ///
    /// # Panics
    ///
    /// If `item` is not `","` or `", "`, or if `key` is not `":"` or `": "`. In a constant, the
    /// program does not compile.
    #[must_use]
    pub const fn separators(self, item: &'static str, key: &'static str) -> Self {
        assert!(matches!(item.as_bytes(), b"," | b", "), "items are separated by ',' or ', '");
        assert!(matches!(key.as_bytes(), b":" | b": "), "keys are separated by ':' or ': '");
        Self { compact_items: item.len() == 1, compact_keys: key.len() == 1, ..self }
    }

    /// Sets `ensure_ascii=…`: `true` escapes all characters except printable ASCII. Default:
    /// `true`.
    #[must_use]
    pub const fn ensure_ascii(self, ensure_ascii: bool) -> Self {
        Self { ensure_ascii, ..self }
    }

    /// Sets `sort_keys=…`. Default: `false`.
    #[must_use]
    pub const fn sort_keys(self, sort_keys: bool) -> Self {
        Self { sort_keys, ..self }
    }
}

impl Serializer for JsonDumps {
    fn item_separator(&self) -> &'static [u8] {
        if self.compact_items { b"," } else { b", " }
    }

    fn key_separator(&self) -> &'static [u8] {
        if self.compact_keys { b":" } else { b": " }
    }

    fn charset(&self) -> Charset {
        if self.ensure_ascii { Charset::Ascii } else { Charset::Strict }
    }

    fn order(&self) -> Order {
        if self.sort_keys { Order::Sorted } else { Order::Inserted }
    }

    fn has_constants(&self) -> bool {
        true
    }

    fn number(&self, token: Token<'_>, out: &mut Vec<u8>) -> Option<()> {
        match token.integer() {
            Some("-0") => out.push(b'0'),
            Some(digits) => {
                if digits.trim_start_matches('-').len() > MAX_INTEGER_DIGITS {
                    return None;
                }
                out.extend_from_slice(digits.as_bytes());
            }
            None => match token.shortest() {
                Some(text) => out.extend_from_slice(text.as_bytes()),
                None => write_float(token.double(), out),
            },
        }
        Some(())
    }

    fn writes_invalid(&self) -> bool {
        // Lone surrogates, which UTF-8 cannot hold.
        self.charset() == Charset::Strict
    }
}

/// Writes `repr(double)`.
fn write_float(double: f64, out: &mut Vec<u8>) {
    if double.is_sign_negative() {
        out.push(b'-');
    }
    if double == 0.0 {
        out.extend_from_slice(b"0.0");
        return;
    }
    if double.is_infinite() {
        out.extend_from_slice(b"Infinity");
        return;
    }
    if let Some(integer) = number::as_integer(double.abs()) {
        out.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
        out.extend_from_slice(b".0");
        return;
    }

    let decimal = Decimal::of(double.abs());
    if (-3..=16).contains(&decimal.point) {
        if !decimal.write_plain(out) {
            out.extend_from_slice(b".0");
        }
    } else {
        let exponent = decimal.point - 1;
        decimal.write_mantissa("", out);
        out.extend_from_slice(format!("e{}{:02}", sign(exponent), exponent.abs()).as_bytes());
    }
}

fn sign(exponent: i32) -> char {
    if exponent < 0 { '-' } else { '+' }
}

/// Greatest number of digits of an integer: `sys.int_info.default_max_str_digits`. CPython 3.11 and
/// later versions reject longer integers.
const MAX_INTEGER_DIGITS: usize = 4300;
