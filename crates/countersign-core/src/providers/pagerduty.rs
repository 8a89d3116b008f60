//! PagerDuty, webhooks v3.
//!
//! - Header: `X-PagerDuty-Signature: v1=…[,v1=…]`, in hex. Any entry `v1` may match, 1 to 8 of
//!   them: while a secret is being rotated, PagerDuty signs with each. Entries of other versions
//!   are ignored.
//! - Signature: HMAC-SHA256 over the body, with the secret's text. There is no timestamp.
//! - The event is the member `event` of the body; its `id`, `event_type` (such as
//!   `incident.triggered`) and `data` are in there, and so they are signed.
//!
//! Source: <https://docs.pagerduty.com/developer/verifying-webhook-signatures>, and
//! `webhookv3.VerifySignature` of <https://github.com/PagerDuty/go-pagerduty>.
//!
//! # Where the secret is
//!
//! It is shown once, when the subscription is made: Integrations, Generic Webhooks (v3), or in
//! the answer of the API. Each subscription has one of its own.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{PagerDuty, pagerduty};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_pagerduty(Webhook { event, .. }: Webhook<pagerduty::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "pd_secret";
//! let verifier = Verifier::<PagerDuty>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/pagerduty", post(on_pagerduty)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<PagerDuty>::new(Secret::new(secret)?)?;
//! # let body = r#"{"event":{"id":"01A","event_type":"incident.triggered","data":{}}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/pagerduty")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/pagerduty")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - PagerDuty waits 5 s for 2xx. Timeouts, 429 and 5xx are retried, up to four times in about 20
//!   minutes; any other 4xx drops the webhook, and after three dropped ones in a row all are
//!   stopped for a day.
//! - Events come more than once: the `id` tells a duplicate.
//! - Webhooks of v1 and v2 are not signed so, and are no longer supported by PagerDuty.

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

/// What PagerDuty tells: the id, the type, and the whole body as JSON.
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
