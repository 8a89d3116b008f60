//! Re-serialises JSON: writes the exact text that the JSON library of Python, JavaScript or PHP
//! writes for the same data.
//!
//! Some providers sign `json.dumps(data)`, `JSON.stringify(data)` or `json_encode($data)` and send
//! other bytes. This code runs before a delivery is verified, on input that anybody can send. It is
//! iterative and bounded in depth. Its time is linear, except for sorting. Its output is at most
//! six times as long as its input, or twelve times if PHP indents it. A last pass indents the text.
//!
//! # Algorithm
//!
//! The code builds no tree of values. The text is read once, and the output is copied at most once:
//!
//! 1. `Walk` reads the text token by token. It checks the grammar, and immediately writes each
//!    token as the language does: strings with the language's escapes, and numbers with the
//!    language's digits. A stack of the open arrays and objects takes the place of recursion.
//! 2. `Members` keeps, for each member of an open object, the range of the output that the member
//!    takes up, and the range of its key.
//! 3. When an object closes, `Members` compares its keys. The walk has written the members in the
//!    order of the input. If a key is repeated, or the language has another order, `Members` passes
//!    the object to `Reordering`, with the ranges of the members that stay, in their final order.
//!    The members that hold this object, at any depth, are then not *settled*: their text still
//!    changes. Other members are settled.
//! 4. After the walk, `Reordering` copies the output from range to range. It copies a settled
//!    member as a whole. For a member that is not settled, it copies the text before the object
//!    that changes, then the members of that object, and then the rest. If no object was passed to
//!    `Reordering`, the output of the walk is the result.
//!
//! # Example
//!
//! The example makes JavaScript's text of `{"b": 1.50, "2": {"d": 0, "d": "\u00e9"}, "b": [3]}`.
//! JavaScript keeps the last value of a repeated key, in the place of its first value, and writes
//! keys that are array indices first.
//!
//! The walk writes the output. Ranges are in bytes of the output, and `é` has two bytes:
//!
//! | input | output | effect |
//! |---|---|---|
//! | `{` | 0..1 `{` | the outer object opens |
//! | `"b": 1.50` | 1..8 `"b":1.5` | the first `"b"` |
//! | `, "2": {` | 8..14 `,"2":{` | `"2"` begins at 9; the inner object opens |
//! | `"d": 0` | 14..19 `"d":0` | the first `"d"` |
//! | `, "d": "\u00e9"` | 19..28 `,"d":"é"` | the second `"d"` is 20..28 |
//! | `}` | 28..29 `}` | of the members in 14..28, only 20..28 stays; `"2"` is not settled |
//! | `, "b": [3]` | 29..37 `,"b":[3]` | `"2"` is 9..29; the second `"b"` is 30..37 |
//! | `}` | 37..38 `}` | of the members in 1..37, `"2"` and the last `"b"` stay, in this order |
//!
//! `Reordering` copies `{"b":1.5,"2":{"d":0,"d":"é"},"b":[3]}`:
//!
//! | bytes | copied | reason |
//! |---|---|---|
//! | 0..1 | `{` | text before the members of the outer object |
//! | 9..14 | `"2":{` | `"2"` is not settled: its text before the members of the inner object |
//! | 20..28 | `"d":"é"` | the only member of the inner object that stays |
//! | 28..29 | `}` | the rest of `"2"` |
//! | | `,` | the separator |
//! | 30..37 | `"b":[3]` | `"b"` is settled |
//! | 37..38 | `}` | the rest of the text |
//!
//! The result is `{"2":{"d":"é"},"b":[3]}`. Python has no special order for indices: its text of
//! the same input is `{"b": [3], "2": {"d": "\u00e9"}}`.

mod javascript;
mod number;
mod open_members;
mod php;
mod python;
mod reordering;
mod string;
mod walk;

pub use {php::JsonEncode, python::JsonDumps};

use javascript::JsonStringify;
use php::pretty;
use walk::Walk;

/// The JSON library of a language.
trait Serializer {
    /// Returns the text between two items or members.
    fn item_separator(&self) -> &'static [u8];

    /// Returns the text between a key and its value.
    fn key_separator(&self) -> &'static [u8];

    /// Returns the characters that are written without an escape.
    fn charset(&self) -> string::Charset;

    /// Returns the order of an object's members.
    fn order(&self) -> open_members::Order;

    /// Returns whether `NaN`, `Infinity` and `-Infinity` are numbers.
    fn has_constants(&self) -> bool;

    /// Writes a number. Returns `None` if the language rejects it.
    fn number(&self, token: number::Token<'_>, out: &mut Vec<u8>) -> Option<()>;

    /// Returns whether an array or object of this depth is accepted. The outermost one has the
    /// depth 1.
    fn allows_depth(&self, depth: usize, is_empty: bool) -> bool {
        is_empty || depth <= MAX_DEPTH
    }

    /// Returns whether a written key, with its quotes, is accepted.
    fn accepts_key(&self, _written: &[u8]) -> bool {
        true
    }

    /// Returns the text of an object without members.
    fn empty_object(&self) -> &'static [u8] {
        b"{}"
    }

    /// Returns whether a value that the language reads but cannot write is written as bytes that
    /// are not UTF-8. Such a text is accepted only if the member with the value was dropped,
    /// because its key is repeated.
    fn writes_invalid(&self) -> bool {
        false
    }
}

/// Writes the text of `json.dumps(json.loads(text))`.
pub(crate) fn python(text: &str, dumps: JsonDumps) -> Option<Vec<u8>> {
    Walk::over(text, dumps)
}

/// Writes the text of `JSON.stringify(JSON.parse(text))`.
pub(crate) fn javascript(text: &str) -> Option<Vec<u8>> {
    Walk::over(text, JsonStringify)
}

/// Writes the text of `json_encode(json_decode(text))`.
pub(crate) fn php(text: &str, encode: JsonEncode) -> Option<Vec<u8>> {
    let written = Walk::over(text, encode)?;
    if encode.is_pretty() {
        pretty::indented(&written, PRETTY_GROWTH * text.len())
    } else {
        Some(written)
    }
}

/// Greatest length of a text that is not indented, as a multiple of the body's length.
pub(crate) const GROWTH: usize = 6;

/// Greatest length of an indented text, as a multiple of the body's length. Longer texts are
/// rejected. A list of numbers with one digit grows as much on the fifth level.
pub(crate) const PRETTY_GROWTH: usize = 12;

/// Greatest number of arrays and objects that are open at once. The limit of CPython is somewhat
/// below 1000, that of Node.js somewhat above. Events have far fewer levels.
const MAX_DEPTH: usize = 512;

#[cfg(test)]
mod tests;
