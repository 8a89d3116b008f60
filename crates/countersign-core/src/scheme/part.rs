//! The parts of a signed text.

/// One part of a signed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// A fixed text.
    Literal(&'static str),
    /// The timestamp's text, exactly as received.
    Timestamp,
    /// The id's text, exactly as received.
    Id,
    /// The URL that the provider was given, as configured with
    /// [`Verifier::with_url`](crate::Verifier::with_url). The URL of the request is not used: it
    /// can be forged, or rewritten on the way.
    Url,
    /// The body's bytes.
    Body,
}
