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
    /// The UTF-8 bytes of the text are the key, even if the text looks like base64.
    Text,
    /// Base64 of the key, in the forms that providers' consoles show: standard or URL-safe, with or
    /// without padding, with or without the prefix, and with or without `v1,` in front. Several
    /// secrets may be joined by `|`, the current one first.
    Base64 {
        /// The prefix of the base64, such as `whsec_`.
        prefix: &'static str,
        /// The minimum length of a key, in bytes; 0 counts as 1.
        at_least: usize,
    },
}
