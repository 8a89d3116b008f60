// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("slack.md"))]

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
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::Body(&["event_id"]))
        .data("event")
        .handshakes(&["url_verification"]);
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
