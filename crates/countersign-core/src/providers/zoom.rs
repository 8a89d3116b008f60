//! Webhooks of Zoom.
//!
//! - Headers: `x-zm-signature: v0=` and 64 hex digits; `x-zm-request-timestamp` in seconds.
//! - Signature: HMAC-SHA256 over `v0:`, the timestamp, a colon and the body, with the secret
//!   token's text.
//! - Tolerance: 300 s, as for Slack, whose signatures have the same form. Zoom documents no
//!   tolerance, and `@zoom/rivet` checks none.
//! - The event's type is the member `event` of the body, and is therefore signed. The event's data
//!   is `payload`. There is no id.
//! - When the endpoint is saved, and every 72 hours afterwards, Zoom sends the event
//!   `endpoint.url_validation`, signed as all deliveries are. Zoom expects its `plainToken` back
//!   with a MAC of it: [`Validator`].
//!
//! Source: <https://developers.zoom.us/docs/api/webhooks/>, and `CommonHttpRequest` of the package
//! `@zoom/rivet`.
//!
//! # Where the secret is
//!
//! App Marketplace, Manage, the app, Features, Access, "Secret Token". It is not the client secret,
//! and not the older "Verification Token".
//!
//! # A handler
//!
//! ```
//! use axum::extract::{FromRef, State};
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Zoom, zoom};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! #[derive(Clone, FromRef)]
//! struct App {
//!     verifier: Verifier<Zoom>,
//!     validator: zoom::Validator,
//! }
//!
//! async fn on_zoom(
//!     State(validator): State<zoom::Validator>,
//!     Webhook { event, verified, .. }: Webhook<zoom::Event>,
//! ) -> Response {
//!     if let Some(answer) = validator.answer(&verified) {
//!         return (answer.headers(), answer.into_body()).into_response();
//!     }
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::NO_CONTENT.into_response()
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = Secret::new("zoom_secret")?;
//! let app = Router::new().route("/zoom", post(on_zoom)).with_state(App {
//!     verifier: Verifier::new(secret.clone())?,
//!     validator: zoom::Validator::new(secret.clone())?,
//! });
//! # use axum::body::{Body, to_bytes};
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let (signer, now) = (Signer::<Zoom>::new(secret)?, std::time::SystemTime::now());
//! # let body = r#"{"event":"meeting.started","payload":{"object":{"id":"1"}}}"#;
//! # let genuine = SignedRequest::new(signer.at(now), body)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/zoom")?).await?;
//! # assert_eq!(response.status(), StatusCode::NO_CONTENT);
//! # let response = app.clone().oneshot(genuine.forged().http::<Body>("/zoom")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"a1"}}"#;
//! # let genuine = SignedRequest::new(signer.at(now), body)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/zoom")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # assert_eq!(response.headers()["content-type"], "application/json");
//! # let answer = to_bytes(response.into_body(), 999).await?;
//! # assert!(answer.starts_with(br#"{"plainToken":"a1","encryptedToken":""#));
//! # let forged = [genuine.clone().forged(), genuine.without_signature()];
//! # for forged in forged {
//! #     let response = app.clone().oneshot(forged.http::<Body>("/zoom")?).await?;
//! #     assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `event`, and the data from the member
//! `payload`. To read the members beside them, such as `event_ts`, parse the verified bytes as a
//! second type. A handler takes the event as `Webhook<MeetingEvent>`; see
//! [Typed events](super#typed-events). `endpoint.url_validation` is then `MeetingEvent::Unknown`.
//!
//! ```
//! use countersign::{Event, events, providers::Zoom};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Payload { account_id: String, object: Meeting }
//! #[derive(serde::Deserialize)]
//! pub struct Meeting { id: String }
//!
//! events! {
//!     pub enum MeetingEvent for Zoom { "meeting.started" => Started(Payload) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { event_ts: u64 }
//!
//! let body = r#"{"event":"meeting.started","event_ts":1700000000123,
//!     "payload":{"account_id":"a_1","object":{"id":"1"}}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("zoom_secret")?;
//! # let signer = Signer::<Zoom>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<Zoom>::new(secret)?.verify(&headers, body)?;
//! let event = MeetingEvent::parse(&verified.delivery(&headers))?;
//! let MeetingEvent::Started(payload) = event else { panic!() };
//! assert_eq!((&*payload.account_id, &*payload.object.id), ("a_1", "1"));
//! assert_eq!(verified.json::<Members>()?.event_ts, 1_700_000_000_123);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Zoom does not document whether a retry is signed anew. If the log reports stale times whose
//!   `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Zoom's examples and its library hash `JSON.stringify(body)` instead of the body, and are
//!   reported to reject names with emojis. Here the bytes are hashed as they arrived. If deliveries
//!   that need the other text are rejected, `Verifier::forms([BodyForm::JavaScript])` also accepts
//!   that text.
//! - Events arrive more than once, and no id identifies a duplicate: compare their contents.
//! - Zoom sends no events to an endpoint that has not passed the validation.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

mod validator;

pub use validator::Validator;

/// Zoom as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Zoom;

impl Provider for Zoom {
    const NAME: &'static str = "zoom";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-zm-signature"])
        .prefix("v0=")
        .timestamp(Timestamp::header(&["x-zm-request-timestamp"], TimestampUnit::Seconds))
        .signed(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt::OPEN.event_type(Location::Body(&["event"])).data("payload");
}

/// An event of Zoom: the type, and the whole body as JSON.
pub type Event = OpenEvent<Zoom>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier, clock::FixedClock};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"zoom_secret", b"v0:1700000000:" + body, hashlib.sha256).hexdigest()
        let body = concat!(
            r#"{"event":"meeting.started","event_ts":1700000000123,"#,
            r#""payload":{"account_id":"a_1","object":{"id":"1"}}}"#,
        );
        let signature = "v0=7464bc16b5e7d397a5d8d5f98c501a2a071e2c0128e3044ea772f7c8b8364bb9";
        let headers = [("x-zm-signature", signature), ("x-zm-request-timestamp", "1700000000")];
        let verifier = |seconds| {
            let clock = FixedClock::at_unix_seconds(seconds);
            Verifier::<Zoom>::new(Secret::new("zoom_secret")?).map(|verifier| verifier.clock(clock))
        };
        assert!(verifier(1_700_000_300)?.verify(&headers, body).is_ok());
        assert!(verifier(1_700_000_301)?.verify(&headers, body).is_err());
        Ok(())
    }
}
