//! Re-serialised bodies.

use super::*;

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
