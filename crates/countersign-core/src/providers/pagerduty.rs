// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("pagerduty.md"))]

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// PagerDuty as a provider.
#[derive(Clone, Copy, Debug)]
pub struct PagerDuty;

impl Provider for PagerDuty {
    const NAME: &'static str = "pagerduty";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-PagerDuty-Signature"]).list(',', '=', "v1");
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::Body(&["id"]))
        .event_type(Location::Body(&["event_type"]))
        .data("data")
        .within("event");
}

/// An event of PagerDuty: the id, the type, and the whole body as JSON.
pub type Event = OpenEvent<PagerDuty>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event as _, Secret, Verifier};

    // hmac.new(key, BODY, hashlib.sha256).hexdigest() of CPython, for each of two keys.
    const BODY: &str = concat!(
        r#"{"event":{"id":"01A","event_type":"incident.triggered","#,
        r#""resource_type":"incident","data":{"id":"P1"}}}"#,
    );
    const PD_SECRET: &str = "9e6848b94d3109aec9e32b02c046fe233c6e728e63a988cafc25f2bcb6fd1d9b";
    const PD_FORMER: &str = "a30164a29e19b7888fd9f428d623fce9c9941a0a50cd44e77eb2350f07b7ab8b";

    #[test]
    fn agrees_with_cpython_while_a_secret_is_rotated() -> Result<(), Box<dyn std::error::Error>> {
        let verifier = Verifier::<PagerDuty>::new(Secret::new("pd_secret")?)?;
        for accepted in [
            format!("v1={PD_SECRET}"),
            format!("v1={PD_FORMER},v1={PD_SECRET}"),
            format!("v2=x,v1={PD_SECRET}"),
        ] {
            let headers = [("X-PagerDuty-Signature", accepted)];
            let verified = verifier.verify(&headers, BODY)?;
            let event = Event::parse(&verified.delivery(&headers))?;
            assert_eq!(event.id.as_deref(), Some("01A"));
            assert_eq!(event.event_type.as_deref(), Some("incident.triggered"));
        }
        for refused in [PD_SECRET.to_owned(), format!("v1={PD_FORMER}"), format!("v2={PD_SECRET}")]
        {
            assert!(verifier.verify(&[("X-PagerDuty-Signature", refused)], BODY).is_err());
        }
        Ok(())
    }
}
