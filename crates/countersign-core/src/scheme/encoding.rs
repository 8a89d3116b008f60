//! Encodings of signatures and secrets.

/// The encoding of a signature's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hex digits in either case, two for each byte.
    Hex,
    /// Padded standard base64.
    Base64,
}

/// The encoding of the MAC's key in a secret's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretEncoding {
    /// The text's UTF-8 bytes are the key, whatever they look like.
    Text,
    /// Base64 of the key, in the forms in which consoles show it: standard or URL-safe, with or
    /// without padding and the prefix, and with `v1,` in front or not. Several secrets may be
    /// joined by `|`, the current one first.
    Base64 {
        /// The text in front of the base64, such as `whsec_`.
        prefix: &'static str,
        /// The fewest bytes that a key has; 0 is taken for 1.
        at_least: usize,
    },
}
