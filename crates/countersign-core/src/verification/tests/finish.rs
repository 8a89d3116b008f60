//! Calls after the verdict.

use super::*;

#[test]
fn gives_no_second_verdict_with_any_secrets() -> Outcome {
    let rotating = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    let verifier = Verifier::<XWebhookSignature>::new(rotating)?;
    for secret in ["new", "old"] {
        let headers = Signer::<XWebhookSignature>::new(Secret::new(secret)?)?.sign(b"{}")?;
        let mut verification = verifier.begin(&headers, None)?;
        verification.update("{}".into())?;
        assert!(verification.finish().is_ok());
        let again = verification.finish().unwrap_err();
        assert_eq!(again.kind(), VerifyErrorKind::Mismatch);
    }
    Ok(())
}

/// After the first verdict, the MAC is over nothing, and the signature of an empty body matches it.
#[test]
fn gives_no_second_verdict_with_the_signature_of_an_empty_body() -> Outcome {
    let verifier = verifier("secret")?;
    let headers = Signer::<XWebhookSignature>::new(Secret::new("secret")?)?.sign(b"")?;
    for body in ["", "{}"] {
        let mut verification = verifier.begin(&headers, None)?;
        verification.update(body.into())?;
        assert_eq!(verification.finish().is_ok(), body.is_empty());
        let again = verification.finish().unwrap_err();
        assert_eq!(again.kind(), VerifyErrorKind::Mismatch);
    }
    Ok(())
}

#[test]
fn returns_the_body_of_a_rejected_delivery_once() -> Outcome {
    let secret = Secret::new("key")?;
    let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"12")?;
    let verifier = Verifier::<GitHub>::new(secret)?;
    let mut verification = verifier.begin(&headers, None)?;
    verification.update("12".into())?;
    verification.update("3".into())?;
    assert_eq!(verification.finish().unwrap_err().kind(), VerifyErrorKind::Mismatch);
    assert_eq!(verification.take_body(), "123");
    assert_eq!(verification.take_body(), "");
    Ok(())
}
