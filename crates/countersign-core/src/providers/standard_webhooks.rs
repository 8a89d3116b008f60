//! Standard Webhooks: the convention that many providers share. Svix, which sends webhooks for
//! other providers, also follows it.
//!
//! - Headers: `webhook-id`, `webhook-timestamp` in seconds, and `webhook-signature`; or the same
//!   three as `svix-…`, the names that Svix used before the standard. All three headers must be of
//!   one family.
//! - Signature: `v1,` and padded base64 of HMAC-SHA256 over the id, a dot, the timestamp, a dot and
//!   the body. While a secret is being rotated, the header holds several signatures with spaces
//!   between them. It holds 1 to 8 entries `v1`, and any of them may match. Other versions are
//!   ignored, including `v1a`, which `StandardWebhooksEd25519` verifies (feature `ed25519`).
//! - Tolerance: 300 s, as in the libraries. The signed time is that of the attempt: the
//!   specification says that each retry is signed anew, so that a retry is not stale. If a sender
//!   repeats the time instead, see [`Verifier::tolerance`](crate::Verifier::tolerance).
//! - Secret: base64 of 24 bytes or more, as consoles show it: standard or URL-safe, with or without
//!   padding, with the prefix `whsec_` or `v1,whsec_` or no prefix. Several secrets may be joined
//!   by `|`, at most four in all. The first one is the current secret.
//! - The event's id is the signed header `webhook-id`. The event's `type` is in the body, and is
//!   therefore signed. An id that contains a dot is rejected, because the signed text could be read
//!   in several ways. The specification warns of such ids, and its libraries accept them.
//!
//! Source: <https://www.standardwebhooks.com/> and its specification,
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
//!
//! # Where the secret is
//!
//! The page of the endpoint shows it, usually as `whsec_…`. Supabase shows `v1,whsec_…`, and
//! accepts several of them joined by `|`.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{StandardWebhooks, standard_webhooks};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_event(Webhook { event, .. }: Webhook<standard_webhooks::Event>) -> StatusCode {
//!     println!("{:?} {:?}: {}", event.id, event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
//! let verifier = Verifier::<StandardWebhooks>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/webhooks", post(on_event)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<StandardWebhooks>::new(Secret::new(secret)?)?;
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
//! use countersign::{Event, events, providers::StandardWebhooks};
//!
//! #[derive(serde::Deserialize)]
//! pub struct User { id: String }
//!
//! events! {
//!     pub enum UserEvent for StandardWebhooks { "user.created" => Created(User) }
//! }
//!
//! let body = r#"{"type":"user.created","data":{"id":"u_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! # let signer = Signer::<StandardWebhooks>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<StandardWebhooks>::new(secret)?.verify(&headers, body)?;
//! let event = UserEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, UserEvent::Created(User { id }) if id == "u_1"));
//! // The event's id is in a header, which is signed.
//! assert_eq!(verified.signed_id(), Some("msg_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # A provider that is not listed
//!
//! [`OpenAI`](super::OpenAI), [`Clerk`](super::Clerk), [`Resend`](super::Resend) and
//! [`Replicate`](super::Replicate) follow the convention, and have their own marker types. For
//! another provider that follows it, define a marker type:
//!
//! ```
//! use countersign::providers::{EndpointOf, StandardWebhooks};
//!
//! struct Acme;
//! impl EndpointOf for Acme {
//!     type Provider = StandardWebhooks;
//!     const NAME: &'static str = "acme";
//! }
//! ```
//!
//! # Pitfalls
//!
//! - A retry has the same id and a new timestamp: the id identifies a duplicate.
//! - The key is the decoded base64. A secret that is not base64 is rejected when the verifier is
//!   made; it is not used as text.
//! - Some platforms use the text itself as the key, including `whsec_`. No delivery from them
//!   matches, and only the log reports it: the line of each mismatch has an `advice`. Make such a
//!   secret with [`Secret::from_bytes`](crate::Secret::from_bytes), which takes the text as the
//!   key.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, SecretEncoding, Timestamp, TimestampUnit},
};

/// Standard Webhooks as a provider: any sender that follows the convention and has no marker type
/// in this crate.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "svix")]
pub struct StandardWebhooks;

impl Provider for StandardWebhooks {
    const NAME: &'static str = "standard-webhooks";
    const SCHEME: Scheme = scheme(
        &["webhook-signature", "svix-signature"],
        &["webhook-id", "svix-id"],
        &["webhook-timestamp", "svix-timestamp"],
    );
    const EVENT: EventAt = EVENT;
}

/// An event: the signed id, the type, and the whole body as JSON.
pub type Event = OpenEvent<StandardWebhooks>;

/// Returns the scheme with these headers.
pub(super) const fn scheme(
    signatures: &'static [&'static str],
    ids: &'static [&'static str],
    timestamps: &'static [&'static str],
) -> Scheme {
    let scheme = Scheme::hmac_sha256_base64(signatures)
        .list(' ', ',', "v1")
        // The specification, "Signature scheme", requires 24 to 64 bytes. Some senders use more.
        .secret(SecretEncoding::Base64 { prefix: "whsec_", at_least: 24 });
    with_parts(scheme, ids, timestamps)
}

/// Adds the signed parts, which are the same for every algorithm.
pub(super) const fn with_parts(
    scheme: Scheme,
    ids: &'static [&'static str],
    timestamps: &'static [&'static str],
) -> Scheme {
    scheme.id(ids).timestamp(Timestamp::header(timestamps, TimestampUnit::Seconds)).signed(&[
        Part::Id,
        Part::Literal("."),
        Part::Timestamp,
        Part::Literal("."),
        Part::Body,
    ])
}

/// The signed id, and the members `type` and `data` of the body.
pub(super) const EVENT: EventAt = EventAt::ENVELOPE.id(Location::SignedId);

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::StandardWebhooks;
    use crate::{Secret, Verifier, error::VerifyErrorKind};

    /// The delivery in the tests of the libraries of Standard Webhooks and of Svix.
    #[test]
    fn accepts_the_delivery_of_the_libraries() {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let verifier = Verifier::<StandardWebhooks>::new(secret).unwrap();
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let sent_at = UNIX_EPOCH + Duration::from_secs(1_649_367_553);
        let verify = |family: &str, id: &str, signature: &str| {
            let headers = [
                (format!("{family}-id"), id),
                (format!("{family}-timestamp"), "1649367553"),
                (format!("{family}-signature"), signature),
            ];
            let verified = verifier.verify_at(sent_at, &headers, body);
            verified.map(|_| ()).map_err(|error| error.kind())
        };
        let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
        let signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

        assert_eq!(verify("webhook", id, signature), Ok(()));
        assert_eq!(verify("svix", id, signature), Ok(()));
        assert_eq!(verify("svix", id, &format!("v1a,AAAA v2,x {signature}")), Ok(()));
        assert_eq!(verify("webhook", "msg_2", signature), Err(VerifyErrorKind::Mismatch));
        assert_eq!(verify("other", id, signature), Err(VerifyErrorKind::MissingSignature));
    }

    /// The example in Svix's manual:
    /// <https://docs.svix.com/receiving/verifying-payloads/how-manual>.
    #[test]
    fn accepts_the_delivery_that_svix_documents() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let headers = [
            ("svix-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("svix-timestamp", "1614265330"),
            ("svix-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        let sent_at = UNIX_EPOCH + Duration::from_secs(1_614_265_330);
        let verifier = Verifier::<StandardWebhooks>::new(secret).unwrap();
        assert!(verifier.verify_at(sent_at, &headers, r#"{"test": 2432232314}"#).is_ok());
    }

    #[test]
    fn ignores_headers_of_the_other_family() {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let verifier = Verifier::<StandardWebhooks>::new(secret).unwrap();
        let headers = [
            ("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="),
            ("svix-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
            ("svix-timestamp", "1649367553"),
        ];
        assert_eq!(
            verifier.verify(&headers, b"{}").unwrap_err().kind(),
            VerifyErrorKind::MalformedTimestamp
        );
    }
}
