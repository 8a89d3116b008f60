//! The reply to `endpoint.url_validation`, compared with that of Zoom's library.

use countersign::{
    Secret, Signer, Verifier,
    providers::{Zoom, zoom::Validator},
};
use serde_json::{Value, json};

use crate::{Delivery, Outcome, install, shape::URL};

const LIBRARY: &str = "@zoom/rivet";
const SECRET: &str = "MfKQ9r8GKYqrTwjUPD8I";

#[test]
fn our_reply_to_a_validation_equals_that_of_zooms_library() -> Outcome {
    let Some(mut driver) = install::npm()? else { return Ok(()) };
    for token in ["qgg8vlvZRS6UYooatFL8Aw", "a", "-._~+/=", &"a".repeat(256)] {
        let delivery = validation(token)?;
        let ours = reply(&delivery)?.ok_or("we do not reply")?;
        let theirs = driver.reply(LIBRARY, SECRET, &delivery)?.ok_or("they do not reply")?;
        let [ours, theirs] = [&ours, &theirs].map(|reply| serde_json::from_str::<Value>(reply));
        let ours = ours?;
        assert_eq!(ours, theirs?);
        assert!(ours["plainToken"] == token && ours["encryptedToken"].is_string(), "{ours}");
    }
    Ok(())
}

/// Our side is right: the MAC of such a text is the signature of the delivery that the text
/// describes.
#[test]
fn only_zooms_library_signs_a_text_that_could_be_a_delivery() -> Outcome {
    let Some(mut driver) = install::npm()? else { return Ok(()) };
    let delivery = validation(r#"v0:1700000000:{"event":"app_deauthorized"}"#)?;
    assert_eq!(reply(&delivery)?, None);
    assert!(driver.reply(LIBRARY, SECRET, &delivery)?.is_some());
    Ok(())
}

#[test]
fn neither_side_replies_to_a_forged_validation() -> Outcome {
    let Some(mut driver) = install::npm()? else { return Ok(()) };
    let forged = Delivery { body: validation("b")?.body, ..validation("a")? };
    assert!(reply(&forged).is_err());
    assert_eq!(driver.reply(LIBRARY, SECRET, &forged)?, None);
    Ok(())
}

/// Makes a genuine validation request.
fn validation(token: &str) -> Outcome<Delivery> {
    let body = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": token } });
    let body = body.to_string().into_bytes();
    let signer = Signer::<Zoom>::new(Secret::new(SECRET)?)?;
    let headers = signer.at(std::time::SystemTime::now()).sign(&body)?.into_iter().collect();
    Ok(Delivery { headers, body, url: URL.to_owned() })
}

/// Returns our reply, or an error if our side rejects the delivery.
fn reply(delivery: &Delivery) -> Outcome<Option<String>> {
    let verifier = Verifier::<Zoom>::new(Secret::new(SECRET)?)?;
    let verified = verifier.verify(&delivery.headers, &delivery.body)?;
    let answer = Validator::<Zoom>::new(Secret::new(SECRET)?)?.answer(&verified);
    Ok(answer.map(|answer| answer.into_body()))
}
