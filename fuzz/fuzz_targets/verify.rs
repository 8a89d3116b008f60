#![no_main]

use countersign_core::{
    Event, Provider, Scheme, Secret, Secrets, Signer, Verifier,
    clock::FixedClock,
    event::EventAt,
    providers::{SpeakNode, github, speaknode, x_webhook_signature},
    scheme::{BodyForm, JsonDumps, JsonEncode, Part, SecretEncoding, Timestamp, TimestampUnit},
};
use libfuzzer_sys::fuzz_target;

/// A scheme with every feature at once.
struct Whole;

impl Provider for Whole {
    const NAME: &'static str = "whole";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["x-signature", "y-signature"])
        .list(',', '=', "v1")
        .groups(' ')
        .id(&["x-id", "y-id"])
        .timestamp(Timestamp::entry("t", TimestampUnit::Milliseconds))
        .signed(&[Part::Id, Part::Literal(":"), Part::Timestamp, Part::Literal("."), Part::Body])
        .secret(SecretEncoding::Base64 { prefix: "whsec_", at_least: 8 })
        .forms(&[
            BodyForm::Python(JsonDumps::DEFAULT),
            BodyForm::JavaScript,
            BodyForm::Php(JsonEncode::DEFAULT),
            BodyForm::Php(JsonEncode::DEFAULT.associative(true).pretty(true)),
            BodyForm::UrlEncodedMember("payload"),
            BodyForm::Inflated,
        ]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

// Lines are headers, up to the first line that is not a header; the rest is the body. No header
// from the input may verify, whatever the body is. A body that is signed here must verify, and must
// be read without a panic.
fuzz_target!(|input: &[u8]| {
    let mut headers = Vec::new();
    let mut body = input;
    while let Some(end) = body.iter().position(|byte| *byte == b'\n') {
        let line = &body[..end];
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { break };
        let Ok(name) = std::str::from_utf8(&line[..colon]) else { break };
        headers.push((name, &line[colon + 1..]));
        body = &body[end + 1..];
    }

    let secrets = || {
        let current = Secrets::new(Secret::new("whsec_AAECAwQFBgc=").unwrap());
        current.with_retired(Secret::new("whsec_BwYFBAMCAQA=").unwrap()).unwrap()
    };
    let whole = Verifier::<Whole>::new(secrets()).unwrap();
    let whole = whole.clock(FixedClock::at_unix_seconds(1_700_000_000));
    assert!(whole.verify(&headers, body).is_err());
    let speaknode = Verifier::<SpeakNode>::new(secrets()).unwrap();
    assert!(speaknode.verify(&headers, body).is_err());

    fn read<E: Event>(headers: &[(&str, &[u8])], body: &[u8]) {
        let secret = Secret::new("secret").unwrap();
        let signed = Signer::<E::Provider>::new(secret.clone()).unwrap().sign(body).unwrap();
        let verifier = Verifier::<E::Provider>::new(secret).unwrap();
        let verified = verifier.verify(&signed, body).unwrap();
        let _ = E::parse(&verified.delivery(headers));
    }
    read::<github::Event>(&headers, body);
    read::<speaknode::Event>(&headers, body);
    read::<x_webhook_signature::Event>(&headers, body);
});
