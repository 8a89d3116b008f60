//! Extractors for axum 0.8: [`Webhook`], [`VerifiedBody`], and [`Either`], which combines two
//! extractors for an endpoint of several providers. [`FromLayer`] takes a delivery that a layer has
//! verified.
//!
//! Put a [`Verifier`](crate::Verifier) for each provider into the state. A handler does not compile
//! if the state has no verifier for its provider.
//!
//! A handler runs when **all** of these conditions hold:
//! 1. the signature header is present, occurs only once, and is well formed, before a byte of the
//!    body is read;
//! 2. the body is complete within the verifier's limit and deadline;
//! 3. the signed timestamp, if the scheme has one, is within the tolerance;
//! 4. the signature over the received bytes, or over another
//!    [form](crate::scheme::BodyForm) of the body that the verifier accepts, matches one of the
//!    secrets; handlers then get that form;
//! 5. for `Webhook`: the bytes are an event of the expected type.
//!
//! Every other delivery gets the answer that [`Rejection`] lists. A handler that takes
//! `Result<Webhook<E>, Rejection>` makes the answer itself. `Option<Webhook<E>>` does not compile,
//! because a rejection must not look like an absent delivery.
//!
//! # Examples
//!
//! ```
//! use axum::{Router, body::Body, extract::FromRef, http::{Request, StatusCode}, routing::post};
//! use countersign::providers::{
//!     Respan, XWebhookSignature, respan,
//!     x_webhook_signature::flat,
//! };
//! use countersign::{Secret, VerifiedBody, Verifier, Webhook};
//! use tower::ServiceExt;
//!
//! #[derive(Clone, FromRef)]
//! struct App {
//!     respan: Verifier<Respan>,
//!     in_house: Verifier<XWebhookSignature>,
//! }
//!
//! async fn on_respan(Webhook { event, .. }: Webhook<respan::Event>) -> StatusCode {
//!     println!("{} bytes of JSON", event.json.as_str().len());
//!     StatusCode::OK
//! }
//!
//! async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
//!     event.event_type().to_owned()
//! }
//!
//! async fn on_bytes(VerifiedBody(verified): VerifiedBody<Respan>) -> Vec<u8> {
//!     verified.bytes().to_vec()
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new()
//!     .route("/respan", post(on_respan))
//!     .route("/events", post(on_event))
//!     .route("/bytes", post(on_bytes))
//!     .with_state(App {
//!         respan: Verifier::new(Secret::new("api key")?)?,
//!         in_house: Verifier::new(Secret::new("whsec_abc123")?)?,
//!     });
//!
//! let delivery = |signature: &str| {
//!     Request::post("/events")
//!         .header("X-Webhook-Signature", signature)
//!         .body(Body::from(r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#))
//! };
//!
//! let signature = "70a41b7639c592853d2cda0a55d6269398a326a27d81257473adb69996a05f64";
//! let response = app.clone().oneshot(delivery(signature)?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let response = app.oneshot(delivery(&"0".repeat(64))?).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Several providers at one endpoint
//!
//! [`Either`] takes the delivery of the provider whose signature header is present. The state holds
//! a verifier for each provider. A delivery with the headers of both is rejected, unless one
//! provider is known to send the headers of the other too
//! ([`ForeignHeaders`](crate::scheme::ForeignHeaders)):
//!
//! ```
//! use axum::{Router, body::Body, extract::FromRef, http::Request, routing::post};
//! use countersign::providers::{GitHub, XWebhookSignature, github, x_webhook_signature::flat};
//! use countersign::{Either, Secret, Verifier, Webhook};
//! use tower::ServiceExt;
//!
//! #[derive(Clone, FromRef)]
//! struct App {
//!     github: Verifier<GitHub>,
//!     in_house: Verifier<XWebhookSignature>,
//! }
//!
//! async fn on_either(delivery: Either<Webhook<github::Event>, Webhook<flat::Event>>) -> String {
//!     match delivery {
//!         Either::Left(Webhook { event, .. }) => event.event_type,
//!         Either::Right(Webhook { event, .. }) => event.event_type().to_owned(),
//!     }
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new().route("/webhooks", post(on_either)).with_state(App {
//!     github: Verifier::new(Secret::new("It's a Secret to Everybody")?)?,
//!     in_house: Verifier::new(Secret::new("whsec_abc123")?)?,
//! });
//!
//! let in_house = "70a41b7639c592853d2cda0a55d6269398a326a27d81257473adb69996a05f64";
//! let github = "sha256=75eb4ed7382b9758b970fdcededc76c366a5195b03c52a35f265035aab9f47b6";
//! for (headers, status) in [
//!     (vec![("X-Webhook-Signature", in_house)], 200),
//!     (vec![("X-Hub-Signature-256", github), ("X-GitHub-Event", "member")], 200),
//!     (vec![("X-Hub-Signature-256", in_house)], 401),
//!     (vec![("X-Hub-Signature-256", github), ("X-Webhook-Signature", in_house)], 401),
//!     (vec![], 401),
//! ] {
//!     let body = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;
//!     let mut request = Request::post("/webhooks");
//!     for (name, value) in headers {
//!         request = request.header(name, value);
//!     }
//!     let response = app.clone().oneshot(request.body(Body::from(body))?).await?;
//!     assert_eq!(response.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # My state is an `Arc`
//!
//! Put the `Arc` and the verifiers into one struct. `#[derive(FromRef)]` needs axum's feature
//! `macros`. Handlers can then take `State<Arc<App>>` and the extractors:
//!
//! ```
//! use std::sync::Arc;
//! use axum::{Router, extract::{FromRef, State}, routing::post};
//! use countersign::{Secret, VerifiedBody, Verifier, providers::GitHub};
//!
//! struct App { name: &'static str }
//!
//! #[derive(Clone, FromRef)]
//! struct Hooks {
//!     app: Arc<App>,
//!     github: Verifier<GitHub>,
//! }
//!
//! async fn on_github(State(app): State<Arc<App>>, VerifiedBody(verified): VerifiedBody<GitHub>) {
//!     println!("{}: {} bytes", app.name, verified.bytes().len());
//! }
//!
//! let app: Router = Router::new().route("/github", post(on_github)).with_state(Hooks {
//!     app: Arc::new(App { name: "shop" }),
//!     github: Verifier::new(Secret::new("It's a Secret to Everybody")?)?,
//! });
//! # Ok::<_, countersign::ConfigError>(())
//! ```
//!
//! If you cannot change the state, add a [`VerifyLayer`] and take [`FromLayer`] in the handler: it
//! works with any state. Or make a router with its own state for the webhooks,
//! `Router::new().route(..).with_state(verifier)`, and merge it.
//!
//! # Deployment
//!
//! - The body is verified as it came over the wire: do not put a decompression layer around the
//!   route. If the provider signs the text and compresses it afterwards, use
//!   [`BodyForm::Inflated`](crate::scheme::BodyForm) (feature `inflate`).
//! - axum's `DefaultBodyLimit` does not apply to these extractors; the verifier's limit does.
//!   Behind a layer, axum's own extractors have the verifier's limit too: see the [tower] page. A
//!   limit that wraps the body (`tower_http`'s `RequestBodyLimitLayer`) also applies: a larger body
//!   gets 413.
//! - A rejection reaches a sender that is still sending. Over HTTP/1, the answer is sent at once,
//!   with `Connection: close`. A task then reads and drops the rest of the body. It stops after
//!   16 MiB, after 10 s, or when no byte has arrived for 2 s. The process runs at most 30 such
//!   tasks at once. Without the task, clients that write before they read get a reset connection
//!   instead of the answer. The rest is not read after `Expect: 100-continue`, a body deadline or a
//!   broken body. Because of these tasks, a graceful stop takes up to 10 s longer.
//! - The deadline for the body needs a timer of tokio. The server has to limit the time for the
//!   headers; `axum::serve` does not.
//!
//! Guide: [extractor or middleware?][guide]
//!
//! [tower]: https://docs.rs/countersign/latest/countersign/tower/index.html
//! [`VerifyLayer`]: https://docs.rs/countersign/latest/countersign/tower/struct.VerifyLayer.html
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html

#[cfg(feature = "inbox")]
mod attempt;
mod events;
mod extract;
#[cfg(feature = "idempotency")]
mod first_delivery;
mod from_layer;
mod rejection;
mod state;

#[doc(inline)]
pub use crate::{
    Either, EventData, Rejection, Unhandled, VerifiedBody, Webhook, adapter::HttpHeaders,
};
pub use events::{Events, EventsFuture, EventsService};
pub use from_layer::FromLayer;
pub use state::FromState;
