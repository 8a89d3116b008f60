// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("standard_webhooks_ed25519.md"))]

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
