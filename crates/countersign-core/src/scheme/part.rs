//! Pieces of what is signed.

/// One piece of what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// This text.
    Literal(&'static str),
    /// The timestamp's text, as it stands in the delivery.
    Timestamp,
    /// The id's text, as it stands in the delivery.
    Id,
    /// The URL the provider was given, as configured with [`Verifier::url`](crate::Verifier::url):
    /// what the request itself says about it can be forged or rewritten on the way.
    Url,
    /// The body's bytes.
    Body,
}
