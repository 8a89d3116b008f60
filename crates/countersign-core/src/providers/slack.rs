//! Webhooks of Slack: the Events API, slash commands and interactivity.
//!
//! - Headers: `X-Slack-Signature: v0=` and 64 hex digits, `X-Slack-Request-Timestamp` in seconds.
//! - Signature: HMAC-SHA256 over `v0:`, the timestamp, `:` and the body, with the secret's text.
//! - Tolerance: 300 s, as Slack advises.
//! - The Events API sends JSON with `event_id` and `type` in the body, and both are therefore
//!   signed. `type` is the type of the envelope, `event_callback` for all events. The member
//!   `event.type` is the type of the event itself.
//! - When the Request URL is entered, Slack sends `url_verification`, signed as all deliveries are,
//!   and expects its `challenge` back: [`answer_challenge`].
//! - Slack occasionally sends `ssl_check=1` to the URL of a slash command, **unsigned**, and
//!   expects 200: [`answer_ssl_check`].
//!
//! Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack/>, and for
//! `ssl_check` the middleware of that name in `slack_bolt`.
//!
//! # Where the secret is
//!
//! In the app's settings: Basic Information, App Credentials, "Signing Secret". It is neither the
//! client secret nor the deprecated verification token.
//!
//! # A handler
//!
//! ```
//! use axum::response::{IntoResponse, Response};
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Slack, slack};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_slack(Webhook { event, verified, .. }: Webhook<slack::Event>) -> Response {
//!     // Slack sends one challenge before it sends events to this address.
//!     if let Some(answer) = slack::answer_challenge(&verified) {
//!         return (answer.headers(), answer.into_body()).into_response();
//!     }
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK.into_response()
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "8f742231b10e8888abcd99yyyzzz85a5";
//! let verifier = Verifier::<Slack>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/slack", post(on_slack)).with_state(verifier);
//! # use axum::body::{Body, to_bytes};
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Slack>::new(Secret::new(secret)?)?;
//! # let body = r#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV"}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<Body>("/slack")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # assert_eq!(to_bytes(response.into_body(), 100).await?, "3eZbrw1aBm2rZgRNFdxV");
//! # let response = app.oneshot(genuine.forged().http::<Body>("/slack")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `event`. To read the members beside them, such as `team_id`, parse the verified bytes as a
//! second type. A handler takes the event as `Webhook<SlackEvent>`; see
//! [Typed events](super#typed-events). `url_verification` is then `SlackEvent::Unknown`.
//!
//! ```
//! use countersign::{Event, events, providers::Slack};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(tag = "type", rename_all = "snake_case")]
//! pub enum Callback {
//!     AppMention {},
//!     #[serde(other)]
//!     Other,
//! }
//!
//! events! {
//!     pub enum SlackEvent for Slack { "event_callback" => Callback(Callback) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { team_id: String }
//!
//! let body = r#"{"type":"event_callback","event_id":"Ev1","team_id":"T1DC2JH3J",
//!     "event":{"type":"app_mention"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5")?;
//! # let signer = Signer::<Slack>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<Slack>::new(secret)?.verify(&headers, body)?;
//! let event = SlackEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, SlackEvent::Callback(Callback::AppMention {})));
//! assert_eq!(verified.json::<Members>()?.team_id, "T1DC2JH3J");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Slack does not document whether a retry is signed anew. If the log reports stale times whose
//!   `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Slash commands and interactivity arrive as forms, not as JSON, with the same kind of
//!   signature. Take them with `VerifiedBody<Slack>`.
//! - Slack waits three seconds for 2xx, then sends again: do slow work after the answer. The
//!   `event_id` identifies a duplicate.

mod challenge;
mod ssl_check;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

pub use challenge::answer_challenge;
pub use ssl_check::answer_ssl_check;

/// Slack as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Slack;

impl Provider for Slack {
    const NAME: &'static str = "slack";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Slack-Signature"])
        .prefix("v0=")
        .timestamp(Timestamp::header(&["X-Slack-Request-Timestamp"], TimestampUnit::Seconds))
        .signed(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE.id(Location::Body(&["event_id"])).data("event");
}

/// An event of the Events API: the event's id, the envelope's type, and the whole body as JSON.
pub type Event = OpenEvent<Slack>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Slack;
    use crate::{Secret, Verifier, VerifyError};

    /// The example in Slack's manual.
    #[test]
    fn accepts_the_delivery_that_slack_documents() -> Result<(), VerifyError> {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
            &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
            &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com\
            %2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
            &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let headers = [
            ("X-Slack-Request-Timestamp", "1531420618"),
            (
                "X-Slack-Signature",
                "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
            ),
        ];
        let secret = Secret::new("8f742231b10e8888abcd99yyyzzz85a5").unwrap();
        let verifier = Verifier::<Slack>::new(secret).unwrap();
        let sent_at = UNIX_EPOCH + Duration::from_secs(1_531_420_618);
        verifier.verify_at(sent_at, &headers, body).map(drop)
    }
}
