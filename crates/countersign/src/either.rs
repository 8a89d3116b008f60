//! One of two.

/// One of two: what an endpoint receives that several providers deliver to.
///
/// As an extractor it takes two others, [`Webhook`](crate::Webhook) and
/// [`VerifiedBody`](crate::VerifiedBody) in any mixture, and nests for three and more:
/// `Either<A, Either<B, C>>`. The delivery is verified by the one whose signature header is there:
///
/// | signature headers | |
/// |---|---|
/// | of exactly one provider | its verifier alone decides, with its limits and its answers |
/// | of none | 401, the signature is missing, unless a verifier [answers] such requests |
/// | of more than one, whatever is in them | 401, the signature is ambiguous |
///
/// The last two are refused as every bad signature is, with the answer and the deadline of the
/// first verifier from the left; the log names all providers: `github|x-webhook-signature`.
///
/// Behind a middleware it takes the proof that is there, from the left, and no header chooses
/// again. A middleware of several providers has a pair of verifiers: see
/// [`Verifiers`](crate::Verifiers). See [`axum`](crate::axum) for an example.
///
/// [answers]: crate::Verifier::answer_unsigned
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), as those of its sides.
///
/// # Security
///
/// - The header chooses who decides, and nothing more: a delivery is let through only if the
///   provider that it names has signed it.
/// - Where two verifiers look for the signature in the same header, **every delivery is ambiguous**
///   and refused: two providers of one convention, the same provider twice, or one whose
///   [`Verifier::header`](crate::Verifier::header) was set to what is another's. Give each an
///   endpoint of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<L, R> {
    /// The first.
    Left(L),
    /// The second, or one of those that follow.
    Right(R),
}
