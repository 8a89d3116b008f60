//! Middleware that passes only signed deliveries to the inner service.
//!
//! Use it if you have handlers that take the body in any form (`Json<T>`, `Bytes`, `String`, a
//! stream): they work unchanged, on the bytes that were verified. For new handlers on axum, use the
//! extractors of [`axum`]: they also give you the event.
//!
//! A delivery is accepted when **all** of these conditions hold:
//! 1. the signature header is present, occurs only once, and is well formed, before a byte of the
//!    body is read;
//! 2. the body is complete within the verifier's limit and deadline;
//! 3. the signed timestamp, if the scheme has one, is within the tolerance;
//! 4. the signature over the received bytes, or over another
//!    [form](crate::scheme::BodyForm) of the body that the verifier accepts, matches one of the
//!    secrets; handlers then get that form.
//!
//! The request then has the proof, [`Verified<P>`](crate::Verified), in its extensions. Every other
//! delivery gets the answer that [`Rejection`](crate::Rejection) lists: the inner service is not
//! called, and the typed rejection is in the extensions of the response.
//!
//! # Examples
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use countersign::{
//!     Secret, Signer, Verifier,
//!     providers::XWebhookSignature,
//!     tower::{RequestBody, VerifyLayer},
//! };
//! use http::{Request, Response, StatusCode};
//! use http_body_util::{BodyExt, Full};
//! use tower::{ServiceBuilder, ServiceExt, service_fn};
//!
//! async fn handle(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let Ok(body) = request.into_body().collect().await;
//!     Ok(Response::new(Full::new(body.to_bytes())))
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::new("your_webhook_secret")?;
//! let verifier = Verifier::<XWebhookSignature>::new(secret)?;
//! let service = ServiceBuilder::new().layer(VerifyLayer::new(verifier)).service_fn(handle);
//!
//! let delivery = |body: &'static str| {
//!     Request::post("/webhooks")
//!         .header(
//!             "X-Webhook-Signature",
//!             "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b",
//!         )
//!         .body(Full::<Bytes>::from(body))
//! };
//!
//! let response = service.clone().oneshot(delivery(r#"{"some":"data"}"#)?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let response = service.oneshot(delivery(r#"{"some":"dat4"}"#)?).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! let body = response.into_body().collect().await?.to_bytes();
//! assert_eq!(body, r#"{"error":"Invalid signature"}"#);
//! # Ok(())
//! # }
//! ```
//!
//! Services that also need the event read it with
//! [`Webhook::from_parts`](crate::Webhook::from_parts).
//!
//! If several providers deliver to one endpoint, make the layer with a pair of verifiers, of which
//! the signature header chooses one: `VerifyLayer::new((github, in_house))`, or
//! `VerifyLayer::new((github, (in_house, respan)))` for three.
//! [`Verifiers`](crate::adapter::Verifiers) describes the choice, and
//! [`Either::from_parts`](crate::Either::from_parts) reads the delivery.
//!
//! On axum, the layer covers only the routes that were added before it, so add it last: the guide's
//! page on [deployment] lists the routes that `route_layer` and `layer` cover.
//!
//! ```
//! use axum::{Extension, Json, Router, routing::post};
//! use countersign::{Secret, Verified, Verifier, providers::GitHub, tower::VerifyLayer};
//!
//! #[derive(serde::Deserialize)]
//! struct Push { r#ref: String }
//!
//! async fn existing(Json(push): Json<Push>) -> String { push.r#ref }
//! async fn with_proof(Extension(verified): Extension<Verified<GitHub>>) -> String {
//!     format!("{} bytes", verified.bytes().len())
//! }
//!
//! let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
//! let app: Router = Router::new()
//!     .route("/existing", post(existing))
//!     .route("/with-proof", post(with_proof))
//!     .route_layer(VerifyLayer::new(verifier));
//! let app: Router = Router::new().nest("/webhooks", app);
//! # Ok::<_, countersign::ConfigError>(())
//! ```
//!
//! A route that is added after the layer is **not verified**:
//!
//! ```
//! use axum::{Router, body::Body, http::{Request, StatusCode}, routing::post};
//! use countersign::{Secret, Verifier, providers::GitHub, tower::VerifyLayer};
//! use tower::ServiceExt;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! async fn handle() {}
//! let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
//! let app: Router = Router::new()
//!     .route("/verified", post(handle))
//!     .route_layer(VerifyLayer::new(verifier))
//!     .route("/open", post(handle));
//!
//! let unsigned = |path: &str| Request::post(path).body(Body::from("{}"));
//! let response = app.clone().oneshot(unsigned("/verified")?).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! let response = app.oneshot(unsigned("/open")?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! # Ok(())
//! # }
//! ```
//!
//! # Other methods at the same URL
//!
//! Some providers send a challenge by `GET` to the URL of their deliveries, and browsers send a
//! preflight by `OPTIONS`. These requests have no signature, so the layer rejects them. Add their
//! handlers after the layer:
//!
//! ```
//! use axum::{Router, body::Body, http::{Request, StatusCode}, routing::post};
//! use countersign::{Secret, Verifier, providers::GitHub, tower::VerifyLayer};
//! use tower::ServiceExt;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! async fn handle() {}
//! async fn on_get() {}
//! async fn on_preflight() -> StatusCode { StatusCode::NO_CONTENT }
//!
//! let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
//! let methods =
//!     post(handle).route_layer(VerifyLayer::new(verifier)).get(on_get).options(on_preflight);
//! let app: Router = Router::new().route("/webhooks", methods);
//!
//! for (method, status) in [("POST", 401), ("GET", 200), ("OPTIONS", 204), ("PUT", 405)] {
//!     let request = Request::builder().method(method).uri("/webhooks").body(Body::empty())?;
//!     assert_eq!(app.clone().oneshot(request).await?.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! For handshakes by `POST` without a signature, set
//! [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned).
//!
//! # Deployment
//!
//! - The layer is always ready, and takes no part in backpressure. A concurrency limit, a buffer or
//!   load shedding **inside** the layer counts only verified deliveries: an unverified body holds
//!   no permit of such a service, even if the body arrives slowly. **Outside**, it also counts
//!   unverified uploads, so that a sender without the secret can use up its permits.
//! - Put request decompression **inside**: most providers sign the bytes on the wire. If a layer
//!   outside inflates their compressed deliveries, each of them gets 401. If your provider signs
//!   the text and compresses it afterwards, use [`BodyForm::Inflated`](crate::scheme::BodyForm)
//!   (feature `inflate`). The text is then never longer than the verifier's limit, and
//!   `VerifyLayer` removes `Content-Encoding`. Decompression can be **outside** only if all
//!   providers behind it sign the text before they compress it.
//! - Trailers are not signed, and are dropped.
//! - `IdempotencyLayer` (feature `idempotency`) runs each call as one future in a box: the inner
//!   service, its future, its error, and the bodies of the request and the response must be
//!   `Send + 'static`.
//! - A rejection reaches a sender that is still sending. Over HTTP/1, the answer is sent at once,
//!   with `Connection: close`. A task then reads and drops the rest of the body. It stops after
//!   16 MiB, after 10 s, or when no byte has arrived for 2 s. The process runs at most 30 such
//!   tasks at once. Without the task, clients that write before they read get a reset connection
//!   instead of the answer. The rest is not read after `Expect: 100-continue`, a body deadline or a
//!   broken body. Because of these tasks, a graceful stop takes up to 10 s longer, and request
//!   bodies must be `Send + 'static`.
//! - The deadline for the body needs a timer of tokio. The server has to limit the time for the
//!   headers; `axum::serve` does not.
//! - An outer body limit also applies: a larger body gets 413. axum's own extractors (`Bytes`,
//!   `String`, `Json`, `Form`) have a limit of 2 MiB unless a `DefaultBodyLimit` sets another one.
//!   If the verifier's limit is higher than 2 MiB, and the feature `axum` is on, the layer sets the
//!   verifier's limit for the handlers inside; without the feature, put
//!   `DefaultBodyLimit::max(verifier.get_body_limit())` inside. A `DefaultBodyLimit` inside the
//!   layer always applies, and one outside only if the verifier's limit is at most 2 MiB.
//!
//! Guide: [extractor or middleware?][guide]
//!
//! [`axum`]: https://docs.rs/countersign/latest/countersign/axum/index.html
//! [deployment]: https://docs.rs/countersign/latest/countersign/_guide/deployment/index.html
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html

mod body;
mod future;
#[cfg(feature = "idempotency")]
mod idempotency;
#[cfg(feature = "inbox")]
mod inbox;
mod layer;
mod service;
mod webhook;

pub use body::{RequestBody, ResponseBody};
pub use future::VerifyFuture;
#[cfg(feature = "idempotency")]
pub use idempotency::{IdempotencyFuture, IdempotencyLayer, IdempotencyService};
#[cfg(feature = "inbox")]
pub use inbox::{InboxFuture, InboxLayer, InboxService};
pub use layer::VerifyLayer;
pub use service::VerifyService;
