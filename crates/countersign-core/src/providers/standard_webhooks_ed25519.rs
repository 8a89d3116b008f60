//! Standard Webhooks with Ed25519: the provider signs with a private key, and you hold the public
//! key, which is not secret.
//!
//! - Headers, id, timestamp and tolerance: the same as for [`StandardWebhooks`].
//! - Signature: `v1a,` and padded base64 of Ed25519 (RFC 8032) over the id, a dot, the timestamp, a
//!   dot and the body. The header holds 1 to 8 entries `v1a`, and any of them may match; other
//!   versions are ignored. At most 8 pairs of a signature and a key are tried: with one key all 8
//!   signatures, with two keys the first 4, with three or four keys the first 2. A provider that
//!   rotates its key sends 2.
//! - In place of a secret: the public key, 32 bytes in base64, with or without the prefix `whpk_`.
//!   Keys for which one signature is valid for many bodies are rejected.
//!
//! Source:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
//! "Signature scheme".
//!
//! # Where the key is
//!
//! On the provider's page of the endpoint, or in its documentation, as `whpk_…`: one key for all
//! customers of the provider.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{StandardWebhooksEd25519, standard_webhooks_ed25519};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_event(
//!     Webhook { event, .. }: Webhook<standard_webhooks_ed25519::Event>,
//! ) -> StatusCode {
//!     println!("{:?} {:?}: {}", event.id, event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let public = Secret::new("whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=")?;
//! let verifier = Verifier::<StandardWebhooksEd25519>::new(public)?;
//! let app = Router::new().route("/webhooks", post(on_event)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let private = Secret::new("whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=")?;
//! # let signer = Signer::<StandardWebhooksEd25519>::new(private)?;
//! # let signing = signer.at(std::time::SystemTime::now()).id("msg_1");
//! # let genuine = SignedRequest::new(signing, r#"{"type":"user.created","data":{}}"#)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/webhooks")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/webhooks")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. To read the members beside them, parse the verified bytes as a second type. A handler
//! takes the event as `Webhook<UserEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::StandardWebhooksEd25519};
//!
//! #[derive(serde::Deserialize)]
//! pub struct User { id: String }
//!
//! events! {
//!     pub enum UserEvent for StandardWebhooksEd25519 { "user.created" => Created(User) }
//! }
//!
//! let body = r#"{"type":"user.created","data":{"id":"u_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let public = Secret::new("whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=")?;
//! # let private = Secret::new("whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=")?;
//! # let signer = Signer::<StandardWebhooksEd25519>::new(private)?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<StandardWebhooksEd25519>::new(public)?.verify(&headers, body)?;
//! let event = UserEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, UserEvent::Created(User { id }) if id == "u_1"));
//! // The event's id is in a header, which is signed.
//! assert_eq!(verified.signed_id(), Some("msg_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - If a provider has one key for all customers, a delivery to another customer has a valid
//!   signature too: check in the event that it is meant for you.
//! - Verifying 1 KiB takes about forty times as long as with a MAC (31 µs instead of 0.8 µs), and
//!   so does rejecting a forged signature. Each pair of a signature and a key hashes the whole body
//!   again, so a forged body of 1 MiB costs up to 25 ms of CPU time, eight times as much as one
//!   signature and one key. Set [`Verifier::body_limit`](crate::Verifier::body_limit) no higher
//!   than needed.

use super::standard_webhooks::{self, StandardWebhooks};
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Standard Webhooks with Ed25519 as a provider.
#[derive(Clone, Copy, Debug)]
// The page of `countersign` shows the feature only if it is on the item itself.
#[cfg(feature = "ed25519")]
pub struct StandardWebhooksEd25519;

impl Provider for StandardWebhooksEd25519 {
    const NAME: &'static str = "standard-webhooks-ed25519";
    const SCHEME: Scheme = standard_webhooks::with_parts(
        Scheme::ed25519_base64(&["webhook-signature", "svix-signature"], "whpk_", "whsk_")
            .list(' ', ',', "v1a"),
        &["webhook-id", "svix-id"],
        &["webhook-timestamp", "svix-timestamp"],
    );
    const EVENT: EventAt = StandardWebhooks::EVENT;
}

/// An event: the signed id, the type, and the whole body as JSON.
pub type Event = OpenEvent<StandardWebhooksEd25519>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::StandardWebhooksEd25519;
    use crate::{Secret, Verifier, error::VerifyErrorKind};

    #[test]
    fn accepts_a_signature_of_openssl() {
        let public = Secret::new("whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=").unwrap();
        let verifier = Verifier::<StandardWebhooksEd25519>::new(public).unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let verify = |id: &str, signature: &str| {
            let headers = [
                ("webhook-id", id),
                ("webhook-timestamp", "1649367553"),
                ("webhook-signature", signature),
            ];
            let sent_at = UNIX_EPOCH + Duration::from_secs(1_649_367_553);
            let verified = verifier.verify_at(sent_at, &headers, body);
            verified.map(drop).map_err(|error| error.kind())
        };
        // Signed by OpenSSL, with the private key of RFC 8032, section 7.1, test 2.
        let signature = "CFbnEyVsdRoR0VrArCpWS9g2fdSa4drJZ37tMYUHFhxbh8RkZlt5FXf4Qhxxrsmw5EpnchIkETAz+PEWe60KCQ==";
        assert_eq!(verify("msg_1", &format!("v1,AAAA v1a,{signature}")), Ok(()));
        let mismatch = Err(VerifyErrorKind::Mismatch);
        assert_eq!(verify("msg_2", &format!("v1a,{signature}")), mismatch);
        let malformed = Err(VerifyErrorKind::MalformedSignature);
        assert_eq!(verify("msg_1", &format!("v1,{signature}")), malformed);
    }
}
