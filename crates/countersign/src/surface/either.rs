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
/// | of a provider, and of others whose headers it is known to send ([`ForeignHeaders`]) | its verifier decides, as if the other headers were absent |
/// | of more than one otherwise, whatever is in them | 401, the signature is ambiguous |
///
/// The last row, and the deliveries of no provider, get the answer and the deadline of the first
/// verifier from the left. The log names all providers: `github|x-webhook-signature`.
///
/// Behind a middleware it takes the proof that is there, from the left, and no header chooses
/// again. A middleware of several providers has a pair of verifiers: see
/// [`Verifiers`](crate::adapter::Verifiers). See [`axum`](crate::axum) for an example.
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
///   provider that it names has signed it. A sender can leave headers out, and with them choose
///   the verifier: give each provider a secret of its own.
/// - Two verifiers must not look for the signature in the same header, as two providers of one
///   convention do, or the same provider twice, or one whose
///   [`Verifier::header`](crate::Verifier::header) was set to another's. Middleware panics when it
///   is made for such verifiers. The extractor answers 500, and the log names both. Give each an
///   endpoint of its own.
///
/// [`ForeignHeaders`]: crate::scheme::ForeignHeaders
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<L, R> {
    /// The first.
    Left(L),
    /// The second, or one of those that follow.
    Right(R),
}
