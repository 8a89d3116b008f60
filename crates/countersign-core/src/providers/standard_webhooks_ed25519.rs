//! Standard Webhooks with Ed25519: the provider signs with a private key, and you hold the public
//! one, which is no secret.
//!
//! - Headers, id, timestamp and tolerance: as [`StandardWebhooks`] has
//!   them.
//! - Signature: `v1a,` and padded base64 of Ed25519 (RFC 8032) over the id, a dot, the timestamp, a
//!   dot and the body. Any `v1a` may match, 1 to 8 of them; other versions are ignored. At
//!   most 8 pairs of a signature and a key are tried: with one key all 8 signatures, with two keys
//!   the first 4, with three or four keys the first 2. A provider that rotates its key sends 2.
//! - What takes the place of the secret: the public key, 32 bytes in base64, with or without
//!   `whpk_` in front. Keys under which one signature fits many bodies are refused.
//!
//! Source:
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
//! "Signature scheme".
//!
//! # Where the key is
//!
//! Where the provider shows the endpoint, or in its documentation, as `whpk_…`: one key for all of
//! its customers.
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
//! # Pitfalls
//!
//! - Where a provider has one key for all, a delivery that is meant for another customer is signed
//!   just as well: check in the event that it is yours.
//! - Verifying 1 KiB takes some forty times as long as with a MAC (31 µs where the other takes
//!   0.8), and so does rejecting a forged signature. Each pair of a signature and a key hashes the
//!   whole body anew, so a forged body of 1 MiB costs up to 25 ms of CPU time, eight times as much
//!   as one signature and one key: set
//!   [`Verifier::body_limit`](crate::Verifier::body_limit) no higher than needed.

use super::standard_webhooks::{self, StandardWebhooks};
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Standard Webhooks with Ed25519 as a provider.
#[derive(Clone, Copy, Debug)]
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

/// What a delivery tells: the signed id, the type, and the whole body as JSON.
pub type Event = OpenEvent<StandardWebhooksEd25519>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::StandardWebhooksEd25519;
    use crate::{Secret, Verifier, error::VerifyErrorKind};

    #[test]
    fn accepts_what_another_implementation_signed() {
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
        // By OpenSSL, with the private key of RFC 8032, section 7.1, test 2.
        let signature = "CFbnEyVsdRoR0VrArCpWS9g2fdSa4drJZ37tMYUHFhxbh8RkZlt5FXf4Qhxxrsmw5EpnchIkETAz+PEWe60KCQ==";
        assert_eq!(verify("msg_1", &format!("v1,AAAA v1a,{signature}")), Ok(()));
        let mismatch = Err(VerifyErrorKind::Mismatch);
        assert_eq!(verify("msg_2", &format!("v1a,{signature}")), mismatch);
        let malformed = Err(VerifyErrorKind::MalformedSignature);
        assert_eq!(verify("msg_1", &format!("v1,{signature}")), malformed);
    }
}
