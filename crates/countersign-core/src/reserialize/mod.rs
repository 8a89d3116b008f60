//! Re-serialises JSON: writes the exact text that the JSON library of Python or JavaScript writes
//! for the same data.
//!
//! Some providers sign `json.dumps(data)` or `JSON.stringify(data)` and send other bytes. This code
//! runs before a delivery is verified, on input that anybody can send. It is iterative and bounded
//! in depth. Its time is linear, except for sorting the keys of one object. Its output is at most
//! six times as long as its input.

mod javascript;
mod number;
mod open_members;
mod python;
mod reordering;
mod string;
mod walk;

pub use python::JsonDumps;

use javascript::JsonStringify;
use walk::Walk;

/// The JSON library of a language.
trait Serializer {
    /// The text between two items or members.
    fn item_separator(&self) -> &'static [u8];

    /// The text between a key and its value.
    fn key_separator(&self) -> &'static [u8];

    /// The way in which characters outside of printable ASCII are written.
    fn charset(&self) -> string::Charset;

    /// The order of an object's members.
    fn order(&self) -> open_members::Order;

    /// Returns whether `NaN`, `Infinity` and `-Infinity` are numbers.
    fn has_constants(&self) -> bool;

    /// Writes a number. Returns `None` if the language rejects it.
    fn number(&self, token: number::Token<'_>, out: &mut Vec<u8>) -> Option<()>;
}

/// Writes the text of `json.dumps(json.loads(text))`.
pub(crate) fn python(text: &str, dumps: JsonDumps) -> Option<Vec<u8>> {
    Walk::over(text, dumps)
}

/// Writes the text of `JSON.stringify(JSON.parse(text))`.
pub(crate) fn javascript(text: &str) -> Option<Vec<u8>> {
    Walk::over(text, JsonStringify)
}

#[cfg(test)]
mod tests;
