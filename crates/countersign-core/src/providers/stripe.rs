//! Stripe.
//!
//! - Header: `Stripe-Signature: t=1492774577,v1=…[,v1=…][,v0=…]`. Any entry `v1` may match, 1 to 8
//!   of them: while a secret is being rolled, Stripe signs with both. Entries of other names, `v0`
//!   among them, are ignored.
//! - Signature: HMAC-SHA256 in hex over the timestamp, a dot and the body.
//! - Tolerance: 300 s, as in Stripe's own libraries.
//! - Secret: `whsec_…`, used as text, prefix included.
//! - The event's `id` (`evt_…`) and `type` are in the body, and so they are signed.
//!
//! Source: <https://docs.stripe.com/webhooks#verify-manually>.
//!
//! # Where the secret is
//!
//! In the dashboard: Workbench, Webhooks, the endpoint, "Signing secret"; each endpoint has one of
//! its own. `stripe listen` prints another, for what it forwards. It is not the API key.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Stripe, stripe};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_stripe(Webhook { event, .. }: Webhook<stripe::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let verifier = Verifier::<Stripe>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/stripe", post(on_stripe)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Stripe>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{}}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/stripe")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/stripe")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Events come in any order, and more than once: the `id` tells a duplicate.
//! - Stripe waits some seconds for 2xx, and retries for up to three days: do slow work after the
//!   answer.
//! - Thin events (`/v2/core/events`) are signed alike; their `type` begins with `v2.`.

use crate::{OpenEvent, Part, Provider, Scheme, Timestamp, TimestampUnit};

/// Stripe as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Stripe;

impl Provider for Stripe {
    const NAME: &'static str = "stripe";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Stripe-Signature"])
        .list(',', '=', "v1")
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
}

/// What Stripe tells: the id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Stripe>;
