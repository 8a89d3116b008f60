//! Genuine requests, and requests with one error each.

use std::time::{Duration, SystemTime};

use countersign_core::{
    Provider, Scheme, Secret, Signer, Verifier,
    error::VerifyErrorKind,
    event::EventAt,
    providers::{GitHub, Respan, SpeakNode, XWebhookSignature},
    scheme::{Part, SecretEncoding, Timestamp, TimestampUnit},
    signer::Signing,
};

use super::*;

/// A provider that signs a time and an id, with a list of base64 signatures, as Standard Webhooks
/// do.
struct Listed;

impl Provider for Listed {
    const NAME: &'static str = "listed";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["Webhook-Signature"])
        .list(' ', ',', "v1")
        .timestamp(Timestamp::header(&["Webhook-Timestamp"], TimestampUnit::Seconds))
        .id(&["Webhook-Id"])
        .signed(&[Part::Id, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body])
        .secret(SecretEncoding::Base64 { prefix: "whsec_", at_least: 1 });
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// A provider that signs a time, which is in the list of its signatures, as Stripe does.
struct Entry;

impl Provider for Entry {
    const NAME: &'static str = "entry";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Entry-Signature"])
        .list(',', '=', "v1")
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// Returns `None` if the request is accepted.
fn verdict<P: Provider>(request: &SignedRequest) -> Option<VerifyErrorKind> {
    let verifier = Verifier::<P>::new(secret()).unwrap();
    verifier.verify(request, request.body()).err().map(|error| error.kind())
}

fn secret() -> Secret {
    Secret::new("whsec_AAECAwQFBgcICQ==").unwrap()
}

fn rejects_what_is_wrong<P: Provider>(sign: for<'a> fn(&'a Signer<P>) -> Signing<'a, P>) {
    let signer = Signer::<P>::new(secret()).unwrap();
    // Many bodies, so that the changed digit has many values.
    for round in 0..64 {
        let body = format!(r#"{{"round":{round}}}"#);
        let genuine = SignedRequest::new(sign(&signer), &body).unwrap();
        assert_eq!(verdict::<P>(&genuine), None, "{}", P::NAME);

        let forged = genuine.clone().forged();
        assert_eq!(verdict::<P>(&forged), Some(VerifyErrorKind::Mismatch), "{}", P::NAME);
        assert_eq!(forged.body(), body.as_bytes());

        let other = genuine.clone().with_body("{}");
        assert_eq!(verdict::<P>(&other), Some(VerifyErrorKind::Mismatch), "{}", P::NAME);

        let missing = genuine.without_signature();
        assert_eq!(verdict::<P>(&missing), Some(VerifyErrorKind::MissingSignature), "{}", P::NAME);
    }
}

#[test]
fn each_wrong_request_is_wrong_in_one_way() {
    rejects_what_is_wrong::<Respan>(|signer| signer.into());
    rejects_what_is_wrong::<XWebhookSignature>(|signer| signer.into());
    rejects_what_is_wrong::<SpeakNode>(|signer| signer.into());
    rejects_what_is_wrong::<GitHub>(|signer| signer.into());
    rejects_what_is_wrong::<Listed>(|signer| signer.at(SystemTime::now()).id("msg_1"));
    rejects_what_is_wrong::<Entry>(|signer| signer.at(SystemTime::now()));
}

#[test]
fn rejects_a_forged_request_and_accepts_other_white_space() {
    let signer = Signer::<Respan>::new(secret()).unwrap();
    let genuine = SignedRequest::new(&signer, r#"{"model": "small"}"#).unwrap();
    let respelled = genuine.with_body(r#"{"model":"small"} "#);
    assert_eq!(verdict::<Respan>(&respelled), None);
    assert_eq!(verdict::<Respan>(&respelled.forged()), Some(VerifyErrorKind::Mismatch));
}

#[test]
fn a_time_long_ago_is_stale_and_the_default_is_now() {
    let signer = Signer::<Entry>::new(secret()).unwrap();
    let stale = signer.at(SystemTime::now() - Duration::from_secs(600));
    let stale = SignedRequest::new(stale, "{}").unwrap();
    assert_eq!(verdict::<Entry>(&stale), Some(VerifyErrorKind::StaleTimestamp));
    assert_eq!(verdict::<Entry>(&SignedRequest::new(&signer, "{}").unwrap()), None);
}

#[test]
fn a_header_takes_the_place_of_one_of_its_name() {
    let signer = Signer::<GitHub>::new(secret()).unwrap();
    let request = SignedRequest::new(&signer, "a=b")
        .unwrap()
        .with_header("content-TYPE", "application/x-www-form-urlencoded")
        .with_header("X-GitHub-Event", "push");
    let headers: Vec<_> = request.headers().skip(1).collect();
    assert_eq!(
        headers,
        [("content-TYPE", "application/x-www-form-urlencoded"), ("X-GitHub-Event", "push")]
    );
    assert_eq!(verdict::<GitHub>(&request), None);
}

#[test]
fn debug_shows_neither_signature_nor_body() {
    let signer = Signer::<XWebhookSignature>::new(secret()).unwrap();
    let request = SignedRequest::new(&signer, "{}").unwrap();
    assert_eq!(
        format!("{request:?}"),
        r#"SignedRequest { headers: ["X-Webhook-Signature", "Content-Type"], body_length: 2, .. }"#
    );
}

#[cfg(any(feature = "axum", feature = "tower"))]
#[test]
fn an_http_request_has_all_parts_or_is_an_error() {
    let signer = Signer::<GitHub>::new(secret()).unwrap();
    let genuine = SignedRequest::new(&signer, b"{}").unwrap().with_header("X-GitHub-Event", "push");
    let request: ::http::Request<bytes::Bytes> = genuine.http("/webhooks?a=b").unwrap();
    assert_eq!(
        (request.method().as_str(), request.uri()),
        ("POST", &"/webhooks?a=b".parse().unwrap())
    );
    assert_eq!(request.headers().len(), 3);
    let headers = crate::adapter::HttpHeaders(request.headers());
    assert!(Verifier::<GitHub>::new(secret()).unwrap().verify(&headers, request.body()).is_ok());

    assert!(genuine.http::<bytes::Bytes>("not a URI").is_err());
    for (name, value) in [("no name", "x"), ("x", "a\nb")] {
        let wrong = genuine.clone().with_header(name, value);
        assert!(wrong.http::<bytes::Bytes>("/").is_err(), "{name:?}");
    }
}

#[cfg(feature = "actix-web")]
#[test]
fn an_actix_request_holds_all_of_it() {
    let signer = Signer::<GitHub>::new(secret()).unwrap();
    let genuine = SignedRequest::new(&signer, b"{}").unwrap().with_header("X-GitHub-Event", "push");
    let request = genuine.actix("/webhooks?a=b").to_http_request();
    assert_eq!((request.method().as_str(), request.path()), ("POST", "/webhooks"));
    assert_eq!(request.query_string(), "a=b");
    for (name, value) in genuine.headers() {
        assert!(request.headers().get_all(name).eq([value]), "{name}");
    }
    let headers = crate::actix_web::ActixHeaders(request.headers());
    assert!(Verifier::<GitHub>::new(secret()).unwrap().verify(&headers, "{}").is_ok());
}
