//! A signed text can be read in one way only.

use super::*;

const TAG: &str = "webhook-signature";

/// The headers of one delivery of Standard Webhooks.
fn headers<'a>(id: &'a str, time: &'a str, signature: &'a str) -> [(&'static str, &'a str); 3] {
    [("webhook-id", id), ("webhook-timestamp", time), (TAG, signature)]
}

#[test]
fn rejects_another_reading_of_a_text_that_was_signed() -> Outcome {
    let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
    // A sender signed this three years ago. The body contains text that somebody else chose.
    let then = UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    let body = br#"{"type":"comment.created","text":"no.1700000000.[]"}"#;
    let signed = Signer::<Standard>::new(secret.clone())?.at(then).id("msg_1").sign(body)?;
    let signature =
        signed.iter().find_map(|(name, value)| (name == TAG).then_some(value)).unwrap_or_default();

    let verifier = Verifier::<Standard>::new(secret)?;
    let then = verifier.clone().clock(FixedClock::at(then));
    assert_eq!(kind(&then, &headers("msg_1", "1600000000", signature), body), None);

    let now = verifier.clock(FixedClock::at_unix_seconds(1_700_000_000));
    let id = r#"msg_1.1600000000.{"type":"comment.created","text":"no"#;
    let shifted = headers(id, "1700000000", signature);
    assert_eq!(kind(&now, &shifted, r#"[]"}"#), Some(VerifyErrorKind::MalformedId));
    Ok(())
}

#[test]
fn rejects_an_id_that_holds_the_separator() -> Outcome {
    let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
    let signer = Signer::<Standard>::new(secret.clone())?;
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let verifier = Verifier::<Standard>::new(secret)?.clock(FixedClock::at(time));
    for id in [".", "msg_1.", ".msg_1", "msg.1"] {
        let signature = format!("v1,{}=", "A".repeat(43));
        let headers = headers(id, "1700000000", &signature);
        assert_eq!(kind(&verifier, &headers, "{}"), Some(VerifyErrorKind::MalformedId), "{id}");
        let refused = signer.at(time).id(id).sign(b"{}").unwrap_err();
        assert_eq!(refused, SignError::IdHoldsSeparator { separator: "." }, "{id}");
    }
    let headers = signer.at(time).id("msg:1,a b").sign(b"{}")?;
    assert_eq!(kind(&verifier, &headers, "{}"), None);
    Ok(())
}
