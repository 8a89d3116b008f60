//! Middleware and extractors for actix-web 4 that pass only signed deliveries to the handlers.
//!
//! Use the middleware [`VerifyMiddleware`] if you have handlers that take the body in any form
//! (`web::Json<T>`, `web::Bytes`, `String`): they work unchanged, on the bytes that were verified.
//! For new handlers, use the extractors [`Webhook`](crate::Webhook) and
//! [`VerifiedBody`](crate::VerifiedBody), and put a [`Verifier`](crate::Verifier) for each provider
//! into the app data. Behind the middleware, the extractors take its proof, and nothing is hashed
//! twice.
//!
//! If several providers deliver to one endpoint, make the middleware with a pair of verifiers, of
//! which the signature header chooses one: `VerifyMiddleware::new((github, in_house))`. The handler
//! then takes [`Either`](crate::Either) of two extractors. Without the middleware, `Either` needs
//! the verifiers of all providers in the app data.
//!
//! A delivery is accepted when **all** of these conditions hold:
//! 1. the signature header is present, occurs only once, and is well formed, before a byte of the
//!    body is read;
//! 2. the body is complete within the verifier's limit and deadline;
//! 3. the signed timestamp, if the scheme has one, is within the tolerance;
//! 4. the signature over the received bytes, or over another
//!    [form](crate::scheme::BodyForm) of the body that the verifier accepts, matches one of the
//!    secrets; handlers then get that form;
//! 5. for `Webhook`: the bytes are an event of the expected type.
//!
//! If the middleware verified the delivery, the request has the proof,
//! [`Verified<P>`](crate::Verified), in its extensions: `web::ReqData<Verified<P>>` takes it. Every
//! other delivery gets the answer that [`Rejection`](crate::Rejection) lists: the handler is not
//! called, and the typed rejection is in the extensions of the response. A handler that takes
//! `Result<Webhook<E>, Rejection>` makes the answer itself. If the verifier of an extractor is not
//! in the app data, the answer is 500, and the log names the missing verifier.
//!
//! # Examples
//!
//! ```
//! use actix_web::{App, http::StatusCode, test, web};
//! use countersign::providers::x_webhook_signature::{XWebhookSignature, flat};
//! use countersign::{Secret, Verified, Verifier, Webhook, actix_web::VerifyMiddleware};
//!
//! #[derive(serde::Deserialize)]
//! struct Created { id: String }
//!
//! async fn existing(created: web::Json<Created>) -> String { created.into_inner().id }
//!
//! async fn with_proof(verified: web::ReqData<Verified<XWebhookSignature>>) -> String {
//!     format!("{} bytes", verified.bytes().len())
//! }
//!
//! async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
//!     event.event_type().to_owned()
//! }
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::<XWebhookSignature>::new(Secret::new("whsec_abc123")?)?;
//! let app = test::init_service(
//!     App::new()
//!         .app_data(web::Data::new(verifier.clone()))
//!         .route("/events", web::post().to(on_event))
//!         .service(
//!             web::scope("/behind")
//!                 .wrap(VerifyMiddleware::new(verifier))
//!                 .route("/existing", web::post().to(existing))
//!                 .route("/with-proof", web::post().to(with_proof)),
//!         ),
//! )
//! .await;
//!
//! let delivery = |uri: &str, signature: &str| {
//!     test::TestRequest::post()
//!         .uri(uri)
//!         .insert_header(("X-Webhook-Signature", signature))
//!         .insert_header(("Content-Type", "application/json"))
//!         .set_payload(r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#)
//!         .to_request()
//! };
//!
//! let signature = "70a41b7639c592853d2cda0a55d6269398a326a27d81257473adb69996a05f64";
//! for (uri, expected) in [
//!     ("/events", "user.created"),
//!     ("/behind/existing", "evt_1"),
//!     ("/behind/with-proof", "56 bytes"),
//! ] {
//!     let response = test::call_service(&app, delivery(uri, signature)).await;
//!     assert_eq!(response.status(), StatusCode::OK);
//!     assert_eq!(test::read_body(response).await, expected);
//!
//!     let response = test::call_service(&app, delivery(uri, &"0".repeat(64))).await;
//!     assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//!     assert_eq!(test::read_body(response).await, r#"{"error":"Invalid signature"}"#);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Other methods at the same URL
//!
//! Some providers send a challenge by `GET` to the URL of their deliveries. The challenge has no
//! signature, so a middleware around the `App`, the `Scope` or the `Resource` rejects it. Wrap the
//! **route** of the deliveries instead, after its handler is set; the other routes are then not
//! verified:
//!
//! ```
//! use actix_web::{App, http::Method, test, web};
//! use countersign::{Secret, Verifier, actix_web::VerifyMiddleware, providers::GitHub};
//!
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
//! let app = test::init_service(
//!     App::new().service(
//!         web::resource("/webhooks")
//!             .route(web::post().to(async || "handled").wrap(VerifyMiddleware::new(verifier)))
//!             .route(web::get().to(async || "challenge")),
//!     ),
//! )
//! .await;
//!
//! for (method, status) in [(Method::POST, 401), (Method::GET, 200), (Method::PUT, 405)] {
//!     let request = test::TestRequest::with_uri("/webhooks").method(method).to_request();
//!     assert_eq!(test::call_service(&app, request).await.status(), status);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! For handshakes by `POST` without a signature, set
//! [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned).
//!
//! # Differences from tower and axum
//!
//! | | tower, axum | actix-web |
//! |---|---|---|
//! | headers of a delivery whose provider signed another text than it sent, such as the same JSON with other white space ([`BodyForm`](crate::scheme::BodyForm)) | the layer sets `Content-Length` and removes the fields that describe the bytes of the wire: `Content-Digest`, `Content-MD5`, `Digest`, `Repr-Digest`, `Trailer`, `Transfer-Encoding` | stay as they arrived: a middleware must not change a head that another middleware may hold |
//! | body of such a delivery behind the middleware | the text that was signed | the text that was signed: read it to its end, and not up to `Content-Length` |
//! | headers of JSON that was signed and sent within a URL-encoded form | the layer also sets `Content-Type: application/json` | stay as they arrived: read such a body with `web::Bytes` or [`Webhook`](crate::Webhook) |
//! | body with `Content-Encoding` behind the middleware | as it was on the wire | as it was on the wire; actix's own extractors inflate it |
//! | body whose inflated text was signed (`BodyForm::Inflated`), behind the middleware | the text; the layer removes `Content-Encoding` | the text, encoded again in the same coding; actix's own extractors inflate it |
//! | sender that is still sending when it is rejected over HTTP/1 | the rest of its body is read and dropped for up to 10 s and 16 MiB, by at most 26 tasks at once | actix reads and drops it: a body with a declared length for at most `client_disconnect_timeout` (1 s unless set), and a chunked body to its end |
//! | handler without a verifier | does not compile | 500, and the log names what to add |
//!
//! # Security
//!
//! - **`Option<Webhook<_>>` compiles**: actix implements `Option<T>` for every extractor `T`, and
//!   turns every rejection into `None`. The handler is then called for a forged delivery, the
//!   rejection is in the log, and the body is lost. **actix's own `Either`**,
//!   `actix_web::Either<Webhook<_>, _>`, tries its other side after a rejection. That side then
//!   gets the forged body, inflated if it was compressed. [`Either`](crate::Either) of this crate
//!   never does this. Take `Webhook<_>` or `Result<Webhook<_>, Rejection>`, or `wrap` the route in
//!   [`VerifyMiddleware`]: behind it, no handler gets an unverified delivery.
//! - The verifier of the nearest scope decides. Extractors look for `web::Data<Verifier<P>>` first,
//!   and for a plain `Verifier<P>` second. Use only one of the two, because a `Data` of an outer
//!   scope is preferred to a plain verifier of an inner one.
//! - A proof is valid only for its provider: the extractor of another provider ignores the proof,
//!   and verifies the delivery itself.
//!
//! # Deployment
//!
//! - The middleware stores its proof in the extensions of the request. actix panics if an outer
//!   middleware still borrows them: drop the values that `extensions()` or `extensions_mut()`
//!   returned before you call the inner service. An outer middleware may hold clones of the
//!   `HttpRequest`.
//! - The body is verified as it came over the wire. If it has a `Content-Encoding`, actix's own
//!   extractors inflate it afterwards (actix's features `compress-*`). The extractors of this crate
//!   do not inflate, so an encoded event gets 400. The exception is a text that was signed before
//!   it was compressed, with [`BodyForm::Inflated`](crate::scheme::BodyForm) (feature `inflate`):
//!   the proof holds the text.
//! - Behind the middleware, actix's own extractors have limits of their own: 16 KiB for
//!   `web::Form`, 256 KiB for `web::Bytes` and `String`, 2 MiB for `web::Json`. They answer 413 to
//!   larger bodies that were verified. [`body_limits`] sets all of them to the verifier's limit:
//!   `web::scope("/webhooks").configure(body_limits(&verifier))`.
//! - The middleware that is wrapped last runs first. If a middleware changes request bodies, `wrap`
//!   it before this one, so that it is inside. `Compress` changes only responses, and may be on
//!   either side.
//! - `wrap` also covers the default service: the guide's page on [deployment] lists the routes that
//!   each `wrap` covers.
//! - An answer that is sent before the end of the body carries `Connection: close`. actix itself
//!   then reads and drops the rest of the body, as on every route, so that the answer arrives. A
//!   body with a declared length is read for `HttpServer::client_disconnect_timeout` (1 s unless
//!   set; with 0 the connection closes at once), and a chunked body is read to its end. A sender
//!   that needs longer may get a reset connection instead of the answer.
//! - The deadline for the body needs a timer of tokio. The server has to limit the time for the
//!   headers: `HttpServer::client_request_timeout`, 5 s unless set, applies only to the first
//!   request of a connection. Later requests have no such limit, unless `KeepAlive::Disabled` is
//!   set.
//!
//! Guide: [extractor or middleware?][guide]
//!
//! [deployment]: https://docs.rs/countersign/latest/countersign/_guide/deployment/index.html
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html

mod chunks;
mod data;
mod events;
mod extensions;
mod extract;
#[cfg(feature = "idempotency")]
mod first_delivery;
mod future;
mod headers;
#[cfg(feature = "idempotency")]
mod idempotency;
#[cfg(feature = "inbox")]
mod inbox;
mod intake;
mod limits;
mod middleware;
mod proof_future;
mod response;
#[cfg(test)]
mod tests;

pub use data::FromAppData;
pub use events::Events;
pub use extract::ExtractFuture;
pub use future::VerifyFuture;
pub use headers::ActixHeaders;
#[cfg(feature = "idempotency")]
pub use idempotency::{IdempotencyFuture, IdempotencyMiddleware, IdempotencyService};
#[cfg(feature = "inbox")]
pub use inbox::{InboxMiddleware, InboxMiddlewareService};
pub use limits::body_limits;
pub use middleware::{VerifyMiddleware, VerifyService};
