//! From raw JSON to the exact text that a language's own JSON library would write for it.
//!
//! Some providers sign `json.dumps(data)` or `JSON.stringify(data)` and send other bytes. What runs
//! here runs before a delivery is verified, on whatever a stranger sends: it is iterative, bounded
//! in depth, linear in time but for the sorting of one object's keys, and its output is at most
//! six times its input.

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

/// What one language does its own way.
trait Dialect {
    /// What stands between two items or members.
    fn item_separator(&self) -> &'static [u8];

    /// What stands between a key and its value.
    fn key_separator(&self) -> &'static [u8];

    /// How characters outside of printable ASCII are spelled.
    fn charset(&self) -> string::Charset;

    /// In which order an object's members come.
    fn order(&self) -> open_members::Order;

    /// Whether `NaN`, `Infinity` and `-Infinity` are numbers.
    fn has_constants(&self) -> bool;

    /// Writes a number. `None` if the language refuses it.
    fn number(&self, token: number::Token<'_>, out: &mut Vec<u8>) -> Option<()>;
}

/// Writes what `json.dumps(json.loads(text))` does.
pub(crate) fn python(text: &str, dumps: JsonDumps) -> Option<Vec<u8>> {
    Walk::over(text, dumps)
}

/// Writes what `JSON.stringify(JSON.parse(text))` does.
pub(crate) fn javascript(text: &str) -> Option<Vec<u8>> {
    Walk::over(text, JsonStringify)
}

#[cfg(test)]
mod tests;
