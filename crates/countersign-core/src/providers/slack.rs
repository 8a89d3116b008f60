//! Slack.
//!
//! - Headers: `X-Slack-Signature: v0=` and 64 hex digits; `X-Slack-Request-Timestamp` in seconds.
//! - Signature: HMAC-SHA256 over `v0:`, the timestamp, a colon and the body, with the signing
//!   secret's text.
//! - Tolerance: 300 s, as in Slack's own libraries.
//! - The event's id is the member `event_id`, the type of the delivery the member `type`
//!   (`event_callback`, `url_verification`), both signed. What happened is told by `event.type`.
//! - When the Request URL is entered, Slack sends `url_verification`, signed like any other, and
//!   wants its `challenge` back: [`answer_challenge`].
//!
//! Source: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use crate::{EventAt, Field, OpenEvent, Part, Provider, Scheme, Timestamp, TimestampUnit};

mod challenge;

pub use challenge::answer_challenge;

/// Slack as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Slack;

impl Provider for Slack {
    const NAME: &'static str = "slack";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Slack-Signature"])
        .prefix("v0=")
        .timestamp(Timestamp::header(&["X-Slack-Request-Timestamp"], TimestampUnit::Seconds))
        .signed(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt {
        id: Field::Body(&["event_id"]),
        event_type: Field::Body(&["type"]),
        data: Some("event"),
        within: None,
    };
}

/// What Slack tells: the id, the type of the delivery, and the whole body as JSON.
pub type Event = OpenEvent<Slack>;
