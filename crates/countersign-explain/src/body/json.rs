//! JSON that is written again in another style. The values stay the same.

mod document;
mod style;
mod writer;

pub(crate) use document::Document;
pub(crate) use style::{Numbers, styles};
