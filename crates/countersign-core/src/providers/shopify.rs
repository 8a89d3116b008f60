//! Shopify.
//!
//! - Header: `X-Shopify-Hmac-Sha256`, padded base64.
//! - Signature: HMAC-SHA256 over the body, with the text of the app's client secret.
//! - No timestamp is signed: a delivery can be replayed at any time.
//! - The event's type ("topic", such as `orders/create`) is in `X-Shopify-Topic`, the delivery's id
//!   in `X-Shopify-Webhook-Id`. **Neither is signed**, nor is `X-Shopify-Shop-Domain`: whoever can
//!   replay a delivery can change them.
//!
//! Source: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>, and
//! `webhooks.validate` of the library `@shopify/shopify-api` on npm.
//!
//! # Where the secret is
//!
//! In the app's settings: the client secret, one for the app and all shops. After it was rotated,
//! Shopify may go on signing with the former one for up to an hour:
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
//! # Pitfalls
//!
//! - Topics share an address easily: check that the payload has what the topic promises, and do not
//!   detect replays by the id alone.
//! - What a shop sends from its own settings (Notifications) is not signed with the app's secret,
//!   and is refused.
//! - Deliveries whose headers are called `shopify-…`, without `X-`, are another kind ("events");
//!   they are not looked at here.

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

/// What Shopify tells: the unsigned id and topic, and the whole body as JSON.
pub type Event = OpenEvent<Shopify>;
