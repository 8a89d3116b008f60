//! Tests of signatures that are checked a second time.

use super::*;
use crate::{
    Secrets,
    error::{RestoreError, VerifyErrorKind as Kind},
    providers::{GitHub, Stripe},
};

fn kind(outcome: Result<crate::Verified<impl Provider, bytes::Bytes>, RestoreError>) -> Kind {
    match outcome {
        Err(RestoreError::NotVerified(error)) => error.kind(),
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn fails_once_the_secret_is_gone_and_restores_still() -> Outcome {
    let verifier = verifier_of::<GitHub>("old")?;
    let stored = sample(&verifier, "old", b"{}", &[])?;
    let retired = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    verifier.replace_secrets(retired)?;
    assert_eq!(verifier.verify_again(&stored)?.secret_index(), 1);
    assert_eq!(verifier.restore_from_trusted_store(&stored)?.secret_index(), 0);

    verifier.replace_secrets(Secret::new("new")?)?;
    assert_eq!(kind(verifier.verify_again(&stored)), Kind::Mismatch);
    assert_eq!(verifier.restore_from_trusted_store(&stored)?.bytes(), b"{}");
    Ok(())
}

#[test]
fn judges_the_signed_time_as_of_the_receipt() -> Outcome {
    let verifier = verifier_of::<Stripe>("key")?;
    let headers = signed::<Stripe>("key", b"{}", &[])?;
    let verified = verifier.verify(&headers, b"{}")?;
    let years_later = received_at() + Duration::from_secs(1_000_000_000);
    let later = verifier.clone().clock(FixedClock::at(years_later));
    let stored = verified.to_stored(&headers, received_at());
    let proof = later.verify_again(&stored)?;
    assert_eq!(proof.signed_at(), Some(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));

    // The body arrived in the last moment of its deadline, and the tolerance ended meanwhile.
    let within = Duration::from_secs(300) + verifier.get_body_deadline();
    let slow =
        verified.to_stored(&headers, UNIX_EPOCH + Duration::from_secs(1_700_000_000) + within);
    assert_eq!(later.verify_again(&slow)?.signed_at(), proof.signed_at());
    let late = verified.to_stored(&headers, slow.received_at() + Duration::from_millis(1));
    assert_eq!(kind(later.verify_again(&late)), Kind::StaleTimestamp);

    let stored = verified.to_stored(&headers, years_later);
    assert_eq!(kind(later.verify_again(&stored)), Kind::StaleTimestamp);
    assert_eq!(later.restore_from_trusted_store(&stored)?.signed_at(), proof.signed_at());
    Ok(())
}

#[test]
fn rounding_moves_no_signed_time_out_of_the_tolerance() -> Outcome {
    let (signed_at, nano) =
        (UNIX_EPOCH + Duration::from_secs(1_700_000_000), Duration::from_nanos(1));
    let signer = Signer::<Stripe>::new(Secret::new("key")?)?;
    let headers = signer.at(signed_at).sign(b"{}")?;
    let tolerance = Duration::from_secs(300);
    for received_at in [signed_at - tolerance, signed_at - tolerance + nano, signed_at + tolerance]
    {
        let clock = FixedClock::at(received_at);
        let verifier = Verifier::<Stripe>::new(Secret::new("key")?)?.clock(clock);
        let stored = verifier.verify(&headers, b"{}")?.to_stored(&headers, received_at);
        assert!(verifier.verify_again(&stored).is_ok());
    }
    Ok(())
}

#[test]
fn rejects_a_store_that_was_written_to() -> Outcome {
    let verifier = verifier_of::<Stripe>("key")?;
    let stored = sample(&verifier, "key", b"{}", &[])?;
    let changed = |from: &str, to: &str| -> Result<StoredDelivery, serde_json::Error> {
        let json = serde_json::to_string(&stored)?;
        assert!(json.contains(from), "{json}");
        serde_json::from_str(&json.replacen(from, to, 1))
    };
    for (from, to, expected) in [
        (r#""body":{"text":"{}"}"#, r#""body":{"text":"{} "}"#, Kind::Mismatch),
        ("t=1700000000", "t=1700000001", Kind::Mismatch),
        ("Stripe-Signature", "X", Kind::MissingSignature),
        (r#""received_at":1700000000250"#, r#""received_at":0"#, Kind::StaleTimestamp),
    ] {
        let stored = changed(from, to)?;
        assert_eq!(kind(verifier.verify_again(&stored)), expected);
        // This method trusts the store.
        assert!(verifier.restore_from_trusted_store(&stored).is_ok());
    }
    // The time is read from the signature.
    let stored = changed(r#""signed_at":1700000000000"#, r#""signed_at":null"#)?;
    assert!(verifier.verify_again(&stored)?.signed_at().is_some());
    Ok(())
}
