//! Schemes that sign the URL.

use super::*;

#[test]
fn signs_the_configured_url() -> Outcome {
    let secret = Secret::new("key")?;
    let now = UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
    let signer = Signer::<Addressed>::with_url(secret.clone(), "https://example.com/hook")?;
    let headers = signer.at(now).sign(b"{}")?;
    let verifier = |url| -> Result<_, ConfigError> {
        Ok(Verifier::<Addressed>::with_url(secret.clone(), url)?.clock(FixedClock::at(now)))
    };
    let other = verifier("https://example.com/other")?;
    assert_eq!(kind(&other, &headers, "{}"), Some(VerifyErrorKind::Mismatch));
    let verified = verifier("https://example.com/hook")?;
    assert_eq!(verified.verify(&headers, b"{}")?.signed_at(), Some(now));
    Ok(())
}

#[test]
fn rejects_an_empty_url_on_both_sides() -> Outcome {
    let secret = Secret::new("key")?;
    let signer = Signer::<Addressed>::with_url(secret.clone(), "").map(drop);
    assert_eq!(signer, Err(ConfigError::MalformedUrl));
    let verifier = Verifier::<Addressed>::with_url(secret, "").map(drop);
    assert_eq!(verifier, Err(ConfigError::MalformedUrl));
    Ok(())
}
