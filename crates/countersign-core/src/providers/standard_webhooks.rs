// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("standard_webhooks.md"))]

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
