// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("zoom.md"))]

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
    const EVENT: EventAt = EventAt::OPEN
        .event_type(Location::Body(&["event"]))
        .data("payload")
        .handshakes(&["endpoint.url_validation"]);
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
