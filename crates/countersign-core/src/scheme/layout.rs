//! Layout of the signature header.

/// The layout of the signatures in their header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// One signature and nothing else.
    Plain,
    /// One signature after a prefix, such as `sha256=`.
    Prefixed(&'static str),
    /// A list of entries, such as `t=1,v1=…`.
    List {
        /// The character between entries.
        separator: char,
        /// The character between the key and the value of an entry.
        assign: char,
        /// The key of the entries that are signatures.
        key: &'static str,
    },
}
