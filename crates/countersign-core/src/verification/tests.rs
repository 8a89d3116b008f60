mod boundaries;
#[cfg(feature = "ed25519")]
mod ed25519;
mod finish;
mod forms;
mod groups;
mod numbered;
mod secrets;
mod times;
mod urls;
mod vectors;

use std::{
    iter,
    time::{Duration, UNIX_EPOCH},
};

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::{
    ConfigError, Secret, Secrets, Signer,
    clock::FixedClock,
    error::SignError,
    event::EventAt,
    providers::{GitHub, Paddle, Respan, SpeakNode, Stripe, XWebhookSignature},
    scheme::{JsonDumps, JsonEncode, Part, SecretEncoding, Timestamp, TimestampUnit},
    signer::SignedHeaders,
};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

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

/// A scheme with a list and a timestamp, like that of Stripe.
struct Listed;

impl Provider for Listed {
    const NAME: &'static str = "listed";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Listed"])
        .list(',', '=', "v1")
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// The scheme of <https://www.standardwebhooks.com>, with both of its header families.
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
        .secret(SecretEncoding::Base64 { prefix: "whsec_", at_least: 1 });
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// A scheme that signs the URL, like Square, and a time in milliseconds, like Webflow.
struct Addressed;

impl Provider for Addressed {
    const NAME: &'static str = "addressed";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["x-addressed"])
        .timestamp(Timestamp::header(&["x-time"], TimestampUnit::Milliseconds))
        .signed(&[Part::Url, Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

#[test]
fn rejects_every_other_form_of_a_signature_alike() -> Outcome {
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
fn reads_only_the_configured_header() -> Outcome {
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
fn finds_any_of_its_signature_headers_with_any_value() -> Outcome {
    let respan = Verifier::<Respan>::new(Secret::new("key")?)?;
    for name in ["X-Respan-Signature", "x-keywordsai-signature"] {
        for headers in [vec![(name, "")], vec![(name, "x"), (name, "y")]] {
            assert!(respan.has_signature_header(&headers), "{headers:?}");
        }
    }
    assert!(!respan.has_signature_header(&[(SIGNATURE, "x")]));

    let elsewhere = respan.header("X-Elsewhere")?;
    assert!(elsewhere.has_signature_header(&[("x-elsewhere", "x")]));
    assert!(!elsewhere.has_signature_header(&[("X-Respan-Signature", "x")]));
    assert!(!elsewhere.has_signature_header::<[(&str, &str)]>(&[]));
    Ok(())
}

#[test]
fn rejects_over_the_limit_by_declaration_and_by_growth() -> Outcome {
    let secret = Secret::new("key")?;
    let verifier = Verifier::<GitHub>::new(secret.clone())?.body_limit(8);
    let signer = Signer::<GitHub>::new(secret)?;
    assert!(verifier.verify(&signer.sign(b"12345678")?, b"12345678").is_ok());

    let headers = signer.sign(b"123456789")?;
    let too_large = VerifyErrorKind::BodyTooLarge;
    assert_eq!(verifier.begin(&headers, Some(9)).unwrap_err().kind(), too_large);
    assert_eq!(verifier.begin(&headers, Some(u64::MAX)).unwrap_err().kind(), too_large);

    let mut verification = verifier.begin(&headers, None)?;
    verification.update("12345678".into())?;
    assert_eq!(verification.update("9".into()).unwrap_err().kind(), too_large);
    assert_eq!(verification.update("".into()).unwrap_err().kind(), too_large);

    // Without a signature, the length is not checked.
    let absent: [(&str, &str); 0] = [];
    let error = verifier.begin(&absent, Some(u64::MAX)).unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::MissingSignature);
    Ok(())
}

#[test]
fn reports_which_of_four_secrets_matched() -> Outcome {
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
fn judges_a_delivery_by_the_secrets_set_when_it_began() -> Outcome {
    let verifier = verifier("old")?;
    let clone = verifier.clone();
    let headers = Signer::<XWebhookSignature>::new(Secret::new("old")?)?.sign(b"{}")?;

    let mut begun = clone.begin(&headers, None)?;
    verifier.replace_secrets(Secret::new("new")?)?;
    begun.update("{}".into())?;
    assert!(begun.finish().is_ok());
    assert_eq!(kind(&clone, &headers, "{}"), Some(VerifyErrorKind::Mismatch));

    let standard = Verifier::<Standard>::new(Secret::new("AAEC")?)?;
    assert!(standard.replace_secrets(Secret::new("not base64!")?).is_err());
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
fn does_not_sign_without_a_valid_id_and_time() -> Outcome {
    let signer = Signer::<Standard>::new(Secret::new("whsec_AAEC")?)?;
    let now = UNIX_EPOCH;
    assert_eq!(signer.at(now).sign(b"").map(drop), Err(SignError::MissingId));
    let verifier = Verifier::<Standard>::new(Secret::new("whsec_AAEC")?)?;
    assert!(verifier.verify(&signer.id("msg_1").sign(b"{}")?, b"{}").is_ok(), "signed now");
    assert!(signer.at(now).id("msg_1").sign(b"").is_ok());
    let before = signer.at(now - Duration::from_secs(1)).id("msg_1").sign(b"");
    assert!(matches!(before, Err(SignError::TimeBeforeEpoch)));
    for id in ["", " x", "x\n"] {
        let refused = signer.at(now).id(id).sign(b"");
        assert!(matches!(refused, Err(SignError::IdNotHeaderText)), "{id:?}");
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
    fn rejects_a_change_of_one_bit(
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

        // Bit 5 of a hex letter is its case, and both cases are accepted.
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
            verification.update(body[start..end].to_vec().into()).unwrap();
            start = end;
        }
        prop_assert!(verification.finish().is_ok_and(|verified| verified.bytes() == body));
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
