//! Webflow.
//!
//! - Headers: `X-Webflow-Signature`, 64 hex digits, and `X-Webflow-Timestamp` in milliseconds.
//! - Signature: HMAC-SHA256 over the timestamp, a colon and the body, with the secret's text.
//! - Tolerance: 300 s, as Webflow advises. Its library does not look at the time.
//! - The event's type is `triggerType`, such as `form_submission`, and its data is `payload`: both
//!   in the body, and so they are signed. It has no id.
//!
//! Source: <https://developers.webflow.com/data/docs/working-with-webhooks>, and
//! `webhooks.verifySignature` of the library `webflow-api` on npm.
//!
//! # Where the secret is
//!
//! Of a webhook that an OAuth app made: the app's client secret. Webhooks that were made in a
//! site's dashboard may come without a signature, and are then refused.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Webflow, webflow};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_webflow(Webhook { event, .. }: Webhook<webflow::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "client_secret_1";
//! let verifier = Verifier::<Webflow>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/webflow", post(on_webflow)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Webflow>::new(Secret::new(secret)?)?;
//! # let body = r#"{"triggerType":"form_submission","payload":{}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/webflow")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/webflow")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Webflow does not document whether a retry is signed anew. If the log reports stale times whose
//!   `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Webflow documents what is signed as `JSON.stringify` of the parsed body. That is what it
//!   sends, as far as its documentation goes; should deliveries be refused,
//!   [`BodyForm::JavaScript`](crate::scheme::BodyForm::JavaScript) is what to try.
//! - There is no id: what a delivery does must bear to be done twice.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Webflow as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Webflow;

impl Provider for Webflow {
    const NAME: &'static str = "webflow";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webflow-Signature"])
        .timestamp(Timestamp::header(&["X-Webflow-Timestamp"], TimestampUnit::Milliseconds))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt =
        EventAt::OPEN.event_type(Location::Body(&["triggerType"])).data("payload");
}

/// What Webflow tells: the type, and the whole event as JSON.
pub type Event = OpenEvent<Webflow>;
