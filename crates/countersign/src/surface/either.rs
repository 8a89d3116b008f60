//! The choice between two extractors, or between two proofs.

/// One of two deliveries, for an endpoint to which several providers deliver: an extractor.
///
/// It combines two extractors, each of them [`Webhook`](crate::Webhook) or
/// [`VerifiedBody`](crate::VerifiedBody). Nest it for three and more: `Either<A, Either<B, C>>`.
/// The signature headers of the request decide which verifier checks the delivery:
///
/// | signature headers | verdict |
/// |---|---|
/// | of exactly one provider | only its verifier decides, with its limits and its answers |
/// | of none | 401, the signature is missing, unless a verifier [answers] such requests |
/// | of a provider, and of others whose headers it is known to send ([`ForeignHeaders`]) | its verifier decides, as if the other headers were absent |
/// | of several providers, in all other cases, even if a header is empty or malformed | 401, the signature is ambiguous |
///
/// A delivery without a signature header, or of the last row, gets the answer and the deadline of
/// the first verifier from the left. The log names all providers: `github|x-webhook-signature`.
///
/// Behind a middleware, it takes the proof that the middleware left, and does not read the headers
/// again. If there are several proofs, it takes the first one from the left. A middleware for
/// several providers has a pair of verifiers: see [`Verifiers`]. The page of [`axum`] has an
/// example with unsigned and ambiguous deliveries.
///
/// # Defaults
///
/// `Either` has no settings. Each side has the limits of its verifier: 1 MiB and 10 s unless set.
///
/// [answers]: crate::Verifier::answer_unsigned
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 401 if the signature is missing or ambiguous;
/// - 500 if two verifiers look for the signature in the same header;
/// - each rejection of the side that the headers chose: 400, 401, 408, 413, 422, 500 or 503, as on
///   the pages of [`Webhook`](crate::Webhook) and [`VerifiedBody`](crate::VerifiedBody);
/// - 200 if no signature header is present and a verifier [answers] the request.
///
/// # Security
///
/// - The header only chooses the verifier. A delivery is accepted only if the provider of that
///   verifier has signed it. A sender can omit headers, and so decide which verifier checks the
///   delivery: give each provider its own secret.
/// - Two verifiers must not look for the signature in the same header. This happens with two
///   providers of one convention, with the same provider twice, or if
///   [`Verifier::header`](crate::Verifier::header) sets the header of another provider. Middleware
///   panics when it is made for such verifiers. The extractor answers 500, and the log names both
///   verifiers. Receive their deliveries at two URLs. Other names
///   ([`Verifier::endpoint`](crate::Verifier::endpoint)) do not help.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::Body, extract::FromRef, routing::post};
/// use countersign::providers::{GitHub, XWebhookSignature, github, x_webhook_signature::flat};
/// use countersign::{Either, Secret, Signer, Verifier, Webhook, testing::SignedRequest};
/// use tower::ServiceExt;
///
/// #[derive(Clone, FromRef)]
/// struct App {
///     github: Verifier<GitHub>,
///     in_house: Verifier<XWebhookSignature>,
/// }
///
/// async fn on_either(delivery: Either<Webhook<github::Event>, Webhook<flat::Event>>) -> String {
///     match delivery {
///         Either::Left(Webhook { event, .. }) => event.event_type,
///         Either::Right(Webhook { event, .. }) => event.event_type().to_owned(),
///     }
/// }
///
/// let github = Secret::new("It's a Secret to Everybody")?;
/// let in_house = Secret::new("whsec_abc123")?;
/// let app = Router::new().route("/webhooks", post(on_either)).with_state(App {
///     github: Verifier::new(github.clone())?,
///     in_house: Verifier::new(in_house.clone())?,
/// });
///
/// let body = r#"{"type":"user.created","data":{"id":"u_1"}}"#;
/// let left = SignedRequest::new(&Signer::<GitHub>::new(github)?, body)?
///     .with_header("X-GitHub-Event", "member");
/// let right = SignedRequest::new(&Signer::<XWebhookSignature>::new(in_house)?, body)?;
/// for (request, status) in [(left, 200), (right.clone(), 200), (right.forged(), 401)] {
///     let response = app.clone().oneshot(request.http::<Body>("/webhooks")?).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`ForeignHeaders`]: crate::scheme::ForeignHeaders
///
/// Guide: [several providers][guide]
///
/// [`Verifiers`]: https://docs.rs/countersign/latest/countersign/adapter/trait.Verifiers.html
/// [`axum`]: https://docs.rs/countersign/latest/countersign/axum/index.html
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/several/index.html
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<L, R> {
    /// The first alternative.
    Left(L),
    /// The second alternative, or one of those that follow it.
    Right(R),
}
