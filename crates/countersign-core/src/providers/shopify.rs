//! Webhooks of Shopify.
//!
//! - Header: `X-Shopify-Hmac-Sha256`, padded base64.
//! - Signature: HMAC-SHA256 over the body, with the text of the app's client secret.
//! - No timestamp is signed: a delivery can be replayed at any time.
//! - The event's type ("topic", such as `orders/create`) is in `X-Shopify-Topic`, and the
//!   delivery's id in `X-Shopify-Webhook-Id`. **Neither is signed**, nor is
//!   `X-Shopify-Shop-Domain`: anyone who can replay a delivery can change them.
//!
//! Source: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>, and
//! `webhooks.validate` of the library `@shopify/shopify-api` on npm.
//!
//! # Where the secret is
//!
//! In the app's settings: the client secret, one for the app and all shops. After a rotation,
//! Shopify may sign with the former secret for up to an hour:
//! [`Secrets::with_retired`](crate::Secrets::with_retired).
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Shopify, shopify};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_shopify(Webhook { event, .. }: Webhook<shopify::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "hush";
//! let verifier = Verifier::<Shopify>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/shopify", post(on_shopify)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Shopify>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":820982911946154508,"currency":"EUR"}"#;
//! # let genuine = SignedRequest::new(&signer, body)?
//! #     .with_header("X-Shopify-Topic", "orders/create");
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/shopify")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/shopify")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the header `X-Shopify-Topic`, which is not
//! signed. The data is the whole body, with all its members. A handler takes the event as
//! `Webhook<OrderEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Shopify};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Order { id: u64, currency: String }
//!
//! events! {
//!     pub enum OrderEvent for Shopify { "orders/create" => Created(Order) }
//! }
//!
//! let body = r#"{"id":820982911946154508,"currency":"EUR"}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("hush")?;
//! # let signed = Signer::<Shopify>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let mut headers: Vec<_> = signed.into_iter().collect();
//! # headers.push(("X-Shopify-Topic".to_owned(), "orders/create".to_owned()));
//! # let verified = Verifier::<Shopify>::new(secret)?.verify(&headers, body)?;
//! let event = OrderEvent::parse(&verified.delivery(&headers))?;
//! let OrderEvent::Created(order) = event else { panic!() };
//! assert_eq!((order.id, &*order.currency), (820982911946154508, "EUR"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Several topics can share one address: check that the payload has what the topic promises, and
//!   do not detect replays by the id alone.
//! - Webhooks that a shop creates in its own settings (Notifications) are not signed with the app's
//!   secret, and are rejected.
//! - Deliveries whose headers are called `shopify-…`, without `X-`, are another kind ("events"),
//!   which this module does not support.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// Shopify as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Shopify;

impl Provider for Shopify {
    const NAME: &'static str = "shopify";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-Shopify-Hmac-Sha256"]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-Shopify-Webhook-Id"))
        .event_type(Location::UnsignedHeader("X-Shopify-Topic"));
}

/// An event of Shopify: the unsigned id and topic, and the whole body as JSON.
pub type Event = OpenEvent<Shopify>;
