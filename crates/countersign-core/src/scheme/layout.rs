//! Layout of the signature header.

/// The layout of the signatures in their header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// One signature and nothing else.
    Plain,
    /// One signature after a prefix.
    Prefixed(&'static str),
    /// A list of entries, each with a key, `assign` and a value.
    List { separator: char, assign: char, key: &'static str },
}
