//! Tests of deliveries whose signed text differs from the bytes on the wire.

use super::*;
use crate::{
    error::RestoreError,
    providers::{Gitea, Respan, XWebhookSignature},
    scheme::{BodyForm, JsonDumps, JsonEncode},
};

/// Checks a delivery that was signed in a form of its body.
fn check<P: Provider>(
    verifier: &Verifier<P>,
    text: &str,
    more: &[(&str, &str)],
    sent: &[u8],
    form: BodyForm,
    name: &str,
) -> Outcome {
    let headers = signed::<P>("key", text.as_bytes(), more)?;
    let verified = verifier.verify(&headers, sent)?;
    assert_eq!(verified.form(), form);
    let stored = verified.to_stored(&headers, received_at());
    assert_eq!((stored.form_name(), &stored.body()[..]), (name, text.as_bytes()));
    round_trip(&stored)?;
    for proof in [verifier.restore_from_trusted_store(&stored)?, verifier.verify_again(&stored)?] {
        assert_eq!((proof.bytes(), proof.form()), (text.as_bytes(), form));
    }

    let wire_alone = verifier.clone().forms([]);
    let restored = wire_alone.restore_from_trusted_store(&stored)?;
    assert_eq!(restored.form(), form);
    if form != BodyForm::Wire {
        let expected = RestoreError::UnknownForm { form: name.to_owned() };
        assert_eq!(wire_alone.verify_again(&stored).unwrap_err(), expected);
    }

    // The store holds the signed text. The same data in other white space was not signed.
    let json = serde_json::to_string(&stored)?;
    let respelled = json.replacen(r#""body":{"text":""#, r#""body":{"text":" "#, 1);
    assert_ne!(json, respelled);
    assert!(verifier.verify_again(&serde_json::from_str(&respelled)?).is_err());
    Ok(())
}

#[test]
fn restores_each_form_and_verifies_it_again() -> Outcome {
    let respan = verifier_of::<Respan>("key")?;
    let python = BodyForm::Python(JsonDumps::DEFAULT);
    check(&respan, r#"{"a": "\u00eb"}"#, &[], r#"{"a":"ë"}"#.as_bytes(), python, "python")?;

    let sorted = BodyForm::Python(JsonDumps::DEFAULT.separators(",", ":").sort_keys(true));
    let open = verifier_of::<XWebhookSignature>("key")?.forms([sorted, BodyForm::JavaScript]);
    check(&open, r#"{"a":1.5}"#, &[], br#"{"a":1.5}"#, BodyForm::Wire, "wire")?;
    let name = "python+compact_items+compact_keys+sorted";
    check(&open, r#"{"a":1.0,"b":2}"#, &[], br#"{"b":2,"a":1.00}"#, sorted, name)?;
    check(&open, r#"{"a":1}"#, &[], br#"{"a":1.0}"#, BodyForm::JavaScript, "javascript")?;

    // PHP reads `-0.0` as a float, and its own text `-0` as an integer: the text is kept as it is.
    let list = BodyForm::Php(JsonEncode::DEFAULT.associative(true).unescaped_slashes(true));
    let open = open.forms([list]);
    check(&open, r#"["/",-0]"#, &[], br#"{"0":"\/","1":-0.0}"#, list, "php+associative+slashes")?;

    let gitea = verifier_of::<Gitea>("key")?;
    let (sent, member) = (b"payload=%7B%22a%22%3A1%7D", BodyForm::UrlEncodedMember("payload"));
    check(&gitea, r#"{"a":1}"#, &[], sent, member, "url_encoded_member:payload")
}

#[cfg(feature = "inflate")]
#[test]
fn restores_an_inflated_text_and_verifies_it_again() -> Outcome {
    // gzip of `{}`.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let verifier = verifier_of::<XWebhookSignature>("key")?.forms([BodyForm::Inflated]);
    let more = [("Content-Encoding", "gzip")];
    check(&verifier, "{}", &more, gzip, BodyForm::Inflated, "inflated")
}

#[test]
fn a_text_can_be_longer_than_the_body_limit() -> Outcome {
    let (text, sent) =
        (format!(r#""{}""#, r"\u00eb".repeat(40)), format!("\"{}\"", "ë".repeat(40)));
    let verifier = verifier_of::<Respan>("key")?.body_limit(sent.len());
    assert!(text.len() > sent.len());
    let headers = signed::<Respan>("key", text.as_bytes(), &[])?;
    let stored = verifier.verify(&headers, &sent)?.to_stored(&headers, received_at());
    assert_eq!(verifier.verify_again(&stored)?.bytes(), text.as_bytes());
    Ok(())
}

#[test]
fn rejects_a_form_that_it_does_not_know() -> Outcome {
    let verifier = verifier_of::<XWebhookSignature>("key")?;
    let stored = sample(&verifier, "key", b"{}", &[])?;
    for name in ["ruby", "python+indent", "url_encoded_member:payload"] {
        let json = serde_json::to_string(&stored)?.replacen("wire", name, 1);
        let stored: StoredDelivery = serde_json::from_str(&json)?;
        // The unknown name is kept, and is written again.
        assert_eq!((stored.form_name(), serde_json::to_string(&stored)?), (name, json));
        let expected = RestoreError::UnknownForm { form: name.to_owned() };
        assert_eq!(verifier.restore_from_trusted_store(&stored).unwrap_err(), expected);
        assert_eq!(verifier.verify_again(&stored).unwrap_err(), expected);
    }
    Ok(())
}
