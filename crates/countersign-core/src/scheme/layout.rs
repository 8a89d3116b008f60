//! Layout of the signature header.

/// The layout of the signatures in their header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// One signature, alone.
    Plain,
    /// One signature behind a text.
    Prefixed(&'static str),
    /// Entries of the form key, `assign`, value.
    List { separator: char, assign: char, key: &'static str },
}
