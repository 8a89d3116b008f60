//! GitHub.
//!
//! - Header: `X-Hub-Signature-256: sha256=` and 64 hex digits. The older `X-Hub-Signature`
//!   (SHA-1) is not looked at.
//! - Signature: HMAC-SHA256 over the body, with the secret's text.
//! - The event's type is in `X-GitHub-Event`, the delivery's id in `X-GitHub-Delivery`. **Neither
//!   is signed**: whoever can replay a delivery can change both.
//!
//! Source: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.

use crate::{
    Delivery, EventAt, Field, PayloadError, PayloadErrorKind, Provider, RawJson, Scheme,
    event::json,
};

/// GitHub as a provider.
#[derive(Clone, Copy, Debug)]
pub struct GitHub;

impl Provider for GitHub {
    const NAME: &'static str = "github";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Hub-Signature-256"]).prefix("sha256=");
    const EVENT: EventAt = EventAt {
        id: Field::UnsignedHeader("X-GitHub-Delivery"),
        event_type: Field::UnsignedHeader("X-GitHub-Event"),
        ..EventAt::OPEN
    };
}

/// What GitHub tells: an object whose shape depends on the type, kept as text.
///
/// # Security
///
/// `id` and `event_type` come from headers that are not signed. Before acting on a type, check
/// that the payload has what the type promises; do not detect replays by the id alone.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// `X-GitHub-Delivery`: unsigned.
    pub id: Option<String>,
    /// `X-GitHub-Event`, such as `push`: unsigned.
    pub event_type: String,
    /// The whole body, an object.
    pub json: RawJson,
}

impl crate::Event for Event {
    type Provider = GitHub;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            json: json::object(delivery.text()?)?,
            id: delivery.header_id().map(str::to_owned),
            event_type: delivery.header_type().ok_or(PayloadErrorKind::MissingType)?.to_owned(),
        })
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event").field("json", &self.json).finish_non_exhaustive()
    }
}
