//! Layout of the signature header.

/// How the signatures stand in their header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// One signature, alone.
    Plain,
    /// One signature behind a text.
    Prefixed(&'static str),
    /// Entries of the form key, `assign`, value.
    List { separator: char, assign: char, key: &'static str },
}
