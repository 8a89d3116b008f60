//! Webhooks of PagerDuty, version 3.
//!
//! - Header: `X-PagerDuty-Signature: v1=…[,v1=…]`, in hex. It holds 1 to 8 entries `v1`, and any of
//!   them may match: while a secret is being rotated, PagerDuty signs with each secret. Entries of
//!   other versions are ignored.
//! - Signature: HMAC-SHA256 over the body, with the secret's text. No timestamp is signed.
//! - The event is the member `event` of the body. Its `id`, `event_type` (such as
//!   `incident.triggered`) and `data` are inside that member, and are therefore signed.
//!
//! Source: <https://docs.pagerduty.com/developer/verifying-webhook-signatures>, and
//! `webhookv3.VerifySignature` of <https://github.com/PagerDuty/go-pagerduty>.
//!
//! # Where the secret is
//!
//! PagerDuty shows it once, when the subscription is created: Integrations, Generic Webhooks (v3),
//! or in the answer of the API. Each subscription has its own.
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
//! # Typed events
//!
//! [`events!`](crate::events) reads the member `event`: the type from its `event_type`, and the
//! data from its `data`. To read the members beside them, such as `resource_type`, parse the
//! verified bytes as a second type. A handler takes the event as `Webhook<IncidentEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::PagerDuty};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Incident { id: String }
//!
//! events! {
//!     pub enum IncidentEvent for PagerDuty { "incident.triggered" => Triggered(Incident) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Body { event: Members }
//! #[derive(serde::Deserialize)]
//! struct Members { resource_type: String }
//!
//! let body = r#"{"event":{"id":"01A","event_type":"incident.triggered",
//!     "resource_type":"incident","data":{"id":"P1"}}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("pd_secret")?;
//! # let headers = Signer::<PagerDuty>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<PagerDuty>::new(secret)?.verify(&headers, body)?;
//! let event = IncidentEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, IncidentEvent::Triggered(Incident { id }) if id == "P1"));
//! assert_eq!(verified.json::<Body>()?.event.resource_type, "incident");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - PagerDuty waits 5 s for 2xx. Timeouts, 429 and 5xx are retried, up to four times in about 20
//!   minutes. Any other 4xx drops the webhook, and three dropped webhooks in a row stop all
//!   webhooks for a day.
//! - Events arrive more than once: the `id` identifies a duplicate.
//! - Webhooks of v1 and v2 are signed in another way, and PagerDuty no longer supports them.

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
