//! Signed times.

use super::*;

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
fn accepts_the_set_tolerance_and_any_age_only_if_asked() -> Outcome {
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
    // A time in the future is accepted as well, but not a text that is not a time.
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

/// A scheme with the time in the body, like that of Linear.
struct Inside;

impl Provider for Inside {
    const NAME: &'static str = "inside";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-inside"]).timestamp(
        Timestamp::member(&["sent", "at"], TimestampUnit::Milliseconds)
            .tolerance(Duration::from_secs(60)),
    );
    const EVENT: EventAt = EventAt::ENVELOPE;
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
        // The answer to a forged body does not depend on the time.
        let forged = signer.sign(b"other")?;
        assert_eq!(kind(&verifier, &forged, body), Some(VerifyErrorKind::Mismatch), "{body}");
    }
    let body = br#"{"sent":1700000000000}"#;
    let verified = verifier.verify(&signer.sign(body)?, body)?;
    assert_eq!(verified.signed_at(), Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
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
