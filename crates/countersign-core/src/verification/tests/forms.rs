//! Body forms other than the bytes of the wire.

use super::*;

/// The signature over the text that `json.dumps` writes for `{"name":"Zoë"}`.
const DUMPED: (&str, &str) =
    ("X-Respan-Signature", "68a9bc9680b7dd14db1a8df737e2a49b15c5e7eb7975b5a4b9fa416b66099c10");

#[test]
fn takes_what_python_signed_and_another_client_sent() -> Outcome {
    let verifier = Verifier::<Respan>::new(Secret::new("your_webhook_secret")?)?;
    for sent in [r#"{"name":"Zoë"}"#, r#"{ "name" : "Zo\u00EB" }"#, r#"{"name":1,"name":"Zoë"}"#]
    {
        let verified = verifier.verify(&[DUMPED], sent)?;
        assert_eq!(verified.bytes(), br#"{"name": "Zo\u00eb"}"#);
        assert_eq!(verified.form(), BodyForm::Python(JsonDumps::DEFAULT));
    }
    let verified = verifier.verify(&[DUMPED], r#"{"name": "Zo\u00eb"}"#)?;
    assert_eq!(verified.form(), BodyForm::Wire);

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
    let compact = BodyForm::Python(JsonDumps::DEFAULT.separators(",", ":"));
    let secrets = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    let verifier = Verifier::<Listed>::new(secrets)?
        .clock(FixedClock::at(now))
        .forms([BodyForm::JavaScript, compact]);
    for (secret, index) in [("new", 0), ("old", 1)] {
        let signer = Signer::<Listed>::new(Secret::new(secret)?)?;
        for (signed, form) in
            [("{ }", BodyForm::Wire), ("[1]", BodyForm::JavaScript), ("[1.0]", compact)]
        {
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
fn takes_what_php_signed_and_another_client_sent() -> Outcome {
    let pretty = BodyForm::Php(JsonEncode::DEFAULT.unescaped_slashes(true).pretty(true));
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new("key")?)?
        .forms([BodyForm::Php(JsonEncode::DEFAULT), pretty])
        .body_limit(64);
    let signer = Signer::<XWebhookSignature>::new(Secret::new("key")?)?;
    for (signed, form) in [
        (r#"{"url":"https:\/\/example.com\/Zo\u00eb"}"#, BodyForm::Php(JsonEncode::DEFAULT)),
        ("{\n    \"url\": \"https://example.com/Zo\\u00eb\"\n}", pretty),
    ] {
        let headers = signer.sign(signed.as_bytes())?;
        let verified = verifier.verify(&headers, r#"{ "url" : "https://example.com/Zoë" }"#)?;
        assert_eq!((verified.bytes(), verified.form()), (signed.as_bytes(), form));
        let error = verifier.verify(&headers, r#"{"url":"https://example.com/Zoe"}"#).unwrap_err();
        assert_eq!((error.kind(), error.forms_tried()), (VerifyErrorKind::Mismatch, 3));
    }
    // The text can be longer than the body limit, which applies to the bytes of the wire.
    assert_eq!(verifier.__largest_text(), 12 * 64);
    assert_eq!(verifier.forms([BodyForm::Php(JsonEncode::DEFAULT)]).__largest_text(), 6 * 64);
    Ok(())
}

#[cfg(feature = "inflate")]
#[test]
fn takes_what_was_signed_before_it_was_compressed() -> Outcome {
    // gzip of `{}`.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let secrets = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
    let verifier = Verifier::<XWebhookSignature>::new(secrets)?;
    let inflating = verifier.clone().forms([BodyForm::JavaScript, BodyForm::Inflated]);
    for (index, secret) in ["new", "old"].into_iter().enumerate() {
        let signed = Signer::<XWebhookSignature>::new(Secret::new(secret)?)?.sign(b"{}")?;
        let plain: Vec<_> = signed.iter().map(|(name, value)| (name, value.to_owned())).collect();
        let coded =
            |coding: &str| [&plain[..], &[("content-encoding", coding.to_owned())]].concat();

        let verified = inflating.verify(&coded("gzip"), gzip)?;
        assert_eq!(verified.bytes(), b"{}");
        assert_eq!((verified.form(), verified.secret_index()), (BodyForm::Inflated, index));
        let mut verification = inflating.begin(&coded("gzip"), None)?;
        gzip.chunks(5).try_for_each(|chunk| verification.update(chunk.to_vec().into()))?;
        assert_eq!(verification.finish()?.bytes(), b"{}");
        // The stream that was sent is not kept.
        assert_eq!(verification.take_body(), "");

        // Forms that are not tried on a delivery are not counted.
        let tried = |error: VerifyError| (error.kind(), error.forms_tried());
        let error = inflating.verify(&coded("br"), gzip).unwrap_err();
        assert_eq!(tried(error), (VerifyErrorKind::Mismatch, 2));
        let error = inflating.verify(&coded("gzip"), b"gzip").unwrap_err();
        assert_eq!(tried(error), (VerifyErrorKind::Mismatch, 3));
        let error = verifier.verify(&coded("gzip"), gzip).unwrap_err();
        assert_eq!(tried(error), (VerifyErrorKind::Mismatch, 1));

        // 1 KiB of zeros. The body limit applies to the inflated text.
        let mut zeros = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut zeros, &[0; 1024])?;
        let zeros = zeros.finish()?;
        let limited = |limit| inflating.clone().body_limit(limit).verify(&coded("gzip"), &zeros);
        let kind = |limit| limited(limit).unwrap_err().kind();
        assert_eq!(kind(1023), VerifyErrorKind::BodyTooLarge);
        assert_eq!(kind(1024), VerifyErrorKind::Mismatch);
    }
    Ok(())
}
