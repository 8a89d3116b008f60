//! Texts that may have been signed instead of the body that is given.

mod encoding;
mod form;
mod json;
mod part;
mod space;
mod spelling;
mod wrapping;

use std::ops::ControlFlow;

use crate::Step;

/// A function that takes each text, and the change that leads to it.
pub(crate) type Visitor<'v, T> = dyn FnMut(&[u8], Step) -> ControlFlow<T> + 'v;

/// Visits each text to which one change leads, the most frequent changes first. A text can be
/// visited more than once.
pub(crate) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let mut visitor = |text: &[u8], step: Step| {
        if text == body { ControlFlow::Continue(()) } else { visitor(text, step) }
    };
    // Before the spellings, because they have no line break at their end either.
    space::visit(body, &mut visitor)?;
    spelling::of_languages(body, &mut visitor)?;
    unwrap_all(body, &mut visitor)?;
    spelling::of_styles(body, &mut visitor)
}

/// Visits the texts of all changes except another spelling of JSON. Each of them can be combined
/// with a second change.
pub(crate) fn unwrap<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    space::visit(body, visitor)?;
    unwrap_all(body, visitor)
}

fn unwrap_all<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    form::visit(body, visitor)?;
    encoding::visit(body, visitor)?;
    wrapping::visit(body, visitor)?;
    part::visit(body, visitor)
}

/// Visits the body in other spellings of JSON.
pub(crate) fn spellings<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    spelling::of_languages(body, visitor)?;
    spelling::of_styles(body, visitor)
}

/// Visits the texts with other white space around them.
pub(crate) fn spaces<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    space::visit(body, visitor)
}

/// Returns the keys of each object of a JSON text, in their order.
pub(crate) fn keys(text: &str) -> Option<Vec<Vec<&str>>> {
    json::Document::parse(text).map(|document| document.keys())
}

/// Decodes the percent signs of a URL.
pub(crate) fn url_decoded(url: &str) -> String {
    let text = url.replace('+', "%2B");
    String::from_utf8_lossy(&form::decode(&text)).into_owned()
}

/// The greatest length of a text, as a multiple of the body's length.
const MOST_GROWTH: usize = 8;

/// A text may have at least this length in bytes.
const LEAST_ROOM: usize = 64 * 1024;

/// Returns the greatest length of a text in bytes.
fn most(body: &[u8]) -> usize {
    (body.len() * MOST_GROWTH).max(LEAST_ROOM)
}

#[cfg(test)]
pub(crate) fn all(body: &[u8]) -> Vec<(String, Step)> {
    let mut texts = Vec::new();
    let _ = visit::<()>(body, &mut |text, step| {
        texts.push((String::from_utf8_lossy(text).into_owned(), step));
        ControlFlow::Continue(())
    });
    texts
}
