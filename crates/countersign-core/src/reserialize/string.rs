//! Strings: reads the escapes of the input, and writes those of a language.

use std::borrow::Cow;

/// The characters that a language writes without an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// Printable ASCII except quotes and backslashes. Other characters without a shorter escape are
    /// written as `\uXXXX` (Python's `ensure_ascii`).
    Ascii,
    /// All characters except quotes, backslashes and controls. A lone surrogate is not a character,
    /// and is escaped (JavaScript's well-formed `JSON.stringify`).
    WellFormed,
    /// The characters of `WellFormed`, and lone surrogates, as in Python without `ensure_ascii`. A
    /// text in which a lone surrogate remains is not UTF-8. Python cannot encode it, so `Walk`
    /// rejects it at the end.
    Strict,
    /// The characters that PHP's `json_encode` does not escape. A lone surrogate is an error.
    Php(Unescaped),
}

/// The characters that PHP escapes, unless an option is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unescaped {
    pub(super) slashes: bool,
    pub(super) unicode: bool,
    /// U+2028 and U+2029. PHP always escapes them if it escapes the other characters of Unicode.
    pub(super) line_terminators: bool,
}

impl Charset {
    /// Returns whether all characters except ASCII are escaped.
    fn is_ascii(self) -> bool {
        matches!(self, Self::Ascii | Self::Php(Unescaped { unicode: false, .. }))
    }

    fn escapes_slashes(self) -> bool {
        matches!(self, Self::Php(Unescaped { slashes: false, .. }))
    }

    /// Returns whether U+2028 and U+2029 are escaped, and other characters of Unicode are not.
    fn escapes_line_terminators(self) -> bool {
        matches!(self, Self::Php(Unescaped { unicode: true, line_terminators: false, .. }))
    }

    /// Returns whether a byte begins a character that may need an escape. The controls, quotes and
    /// backslashes, which need one in every language, are not included.
    fn escapes(self, byte: u8) -> bool {
        match self {
            Self::WellFormed | Self::Strict => false,
            Self::Ascii => byte >= 0x7f,
            Self::Php(unescaped) => match byte {
                b'/' => !unescaped.slashes,
                0x80.. if !unescaped.unicode => true,
                LINE_TERMINATOR => !unescaped.line_terminators,
                _ => false,
            },
        }
    }
}

/// First byte of U+2028 and U+2029, and of many other characters.
const LINE_TERMINATOR: u8 = 0xe2;

/// Copies a string of the text. `at` is the position after its opening quote. Returns the position
/// after its closing quote, or `None` if the string is not valid.
pub(super) fn copy(
    text: &str,
    mut at: usize,
    charset: Charset,
    out: &mut Vec<u8>,
) -> Option<usize> {
    let bytes = text.as_bytes();
    out.push(b'"');
    loop {
        match bytes.get(at)? {
            b'"' => {
                out.push(b'"');
                return Some(at + 1);
            }
            b'\\' => {
                let (point, length) = unescape(&bytes[at..])?;
                if matches!(charset, Charset::Php(_)) && (0xd800..0xe000).contains(&point) {
                    return None;
                }
                write(point, charset, out);
                at += length;
            }
            0..0x20 => return None,
            byte if charset.escapes(*byte) => {
                let character = text[at..].chars().next()?;
                write(character.into(), charset, out);
                at += character.len_utf8();
            }
            _ => {
                let run = plain_length(&bytes[at..], charset);
                out.extend_from_slice(&bytes[at..at + run]);
                at += run;
            }
        }
    }
}

/// Returns the number of bytes that are copied as they are.
fn plain_length(bytes: &[u8], charset: Charset) -> usize {
    match charset {
        Charset::WellFormed | Charset::Strict => scan(bytes, |_| 0, |_| false),
        Charset::Ascii => {
            scan(bytes, |word| word & HIGHS | equal(word, 0x7f), |byte| charset.escapes(byte))
        }
        Charset::Php(unescaped) => {
            let highs = if unescaped.unicode { 0 } else { HIGHS };
            // A quote is special in any case.
            let slash = if unescaped.slashes { b'"' } else { b'/' };
            let terminator = if unescaped.line_terminators { b'"' } else { LINE_TERMINATOR };
            let special = |word| word & highs | equal(word, slash) | equal(word, terminator);
            scan(bytes, special, |byte| charset.escapes(byte))
        }
    }
}

/// Returns the number of bytes before the first special one: a control, a quote, a backslash, or a
/// byte that `in_word` and `is_special` find. The function reads eight bytes at a time, because
/// most of an event is strings.
///
/// `in_word` marks the high bit of each special byte. Only the lowest mark has to be reliable.
#[inline]
fn scan(bytes: &[u8], in_word: impl Fn(u64) -> u64, is_special: impl Fn(u8) -> bool) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let special = below(word, 0x20) | equal(word, b'"') | equal(word, b'\\') | in_word(word);
        if special != 0 {
            return index * 8 + (special.trailing_zeros() / 8) as usize;
        }
    }
    let ends = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\') || is_special(*byte);
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

/// Marks the high bit of each byte below `limit`. Only the lowest mark is reliable: bytes at higher
/// positions can be marked wrongly.
fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word & HIGHS
}

/// Marks the high bit of each byte that is equal to `byte`, as [`below`] does.
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Reads an escape. Returns its code point, or a lone surrogate, and the length of the escape in
/// bytes.
fn unescape(bytes: &[u8]) -> Option<(u32, usize)> {
    let point = match bytes.get(1)? {
        b'"' => 0x22,
        b'\\' => 0x5c,
        b'/' => 0x2f,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => 0x0a,
        b'r' => 0x0d,
        b't' => 0x09,
        b'u' => {
            let high = unit(bytes)?;
            if (0xd800..0xdc00).contains(&high) {
                // If the next escape is not a low surrogate, it is read separately.
                if let Some(low @ 0xdc00..0xe000) = bytes.get(6..).and_then(unit) {
                    return Some((0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12));
                }
            }
            return Some((high, 6));
        }
        _ => return None,
    };
    Some((point, 2))
}

/// Reads the number of `\uXXXX`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

/// Writes a code point, or a lone surrogate.
fn write(point: u32, charset: Charset, out: &mut Vec<u8>) {
    match point {
        0x22 => out.extend_from_slice(b"\\\""),
        0x5c => out.extend_from_slice(b"\\\\"),
        0x2f if charset.escapes_slashes() => out.extend_from_slice(b"\\/"),
        0x08 => out.extend_from_slice(b"\\b"),
        0x0c => out.extend_from_slice(b"\\f"),
        0x0a => out.extend_from_slice(b"\\n"),
        0x0d => out.extend_from_slice(b"\\r"),
        0x09 => out.extend_from_slice(b"\\t"),
        0..0x20 => write_unit(point, out),
        0xd800..0xe000 if charset != Charset::Strict => write_unit(point, out),
        0x7f if charset == Charset::Ascii => write_unit(point, out),
        0x2028 | 0x2029 if charset.escapes_line_terminators() => write_unit(point, out),
        0x80..0x10000 if charset.is_ascii() => write_unit(point, out),
        0x10000.. if charset.is_ascii() => {
            let offset = point - 0x10000;
            write_unit(0xd800 + (offset >> 10), out);
            write_unit(0xdc00 + (offset & 0x3ff), out);
        }
        _ => write_character(point, out),
    }
}

fn write_character(point: u32, out: &mut Vec<u8>) {
    match char::from_u32(point) {
        Some(character) => {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        // A lone surrogate is written as three bytes by the rule of UTF-8, although UTF-8 excludes
        // it.
        None => out.extend(
            [0xe0 | point >> 12, 0x80 | point >> 6 & 0x3f, 0x80 | point & 0x3f]
                .map(|byte| (byte & 0xff) as u8),
        ),
    }
}

fn write_unit(unit: u32, out: &mut Vec<u8>) {
    let digit = |shift: u32| b"0123456789abcdef"[(unit >> shift & 0xf) as usize];
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}

/// Returns the text of a written string, without quotes and escapes. Lone surrogates have three
/// bytes, as if they were characters.
pub(super) fn unescaped(written: &[u8]) -> Cow<'_, [u8]> {
    let inside = written.get(1..written.len().saturating_sub(1)).unwrap_or_default();
    if !inside.contains(&b'\\') {
        return Cow::Borrowed(inside);
    }
    let mut rest = inside;
    let mut text = Vec::new();
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (point, length) = unescape(&rest[at..]).unwrap_or((0x5c, 1));
        text.extend_from_slice(&rest[..at]);
        write_character(point, &mut text);
        rest = &rest[at + length..];
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}
