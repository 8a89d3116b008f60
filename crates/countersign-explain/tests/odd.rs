//! Odd and hostile deliveries: anybody can send them.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::time::Duration;

use countersign_core::{
    Provider, Scheme, Secret, Signer, Verifier,
    event::EventAt,
    providers::{AnyProvider, GitHub, Gitea, StandardWebhooks, Stripe},
    scheme::{BodyForm, JsonDumps},
};
use countersign_explain::{Case, Cause, ExplainDelivery as _, Verdict, explain};

struct Acme;
impl Provider for Acme {
    const NAME: &'static str = "acme";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Acme-Hmac"]);
    const EVENT: EventAt = EventAt::OPEN;
}

fn case(provider: &str, body: impl Into<Vec<u8>>) -> Case {
    let case = Case::new(body).provider(AnyProvider::named(provider).unwrap());
    // No test depends on a quiet machine.
    case.time_limit(Duration::from_secs(60)).secret("secret")
}

#[test]
fn long_headers_are_not_multiplied() {
    let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
    let verifier = Verifier::<StandardWebhooks>::new(secret).unwrap();
    let times: Vec<_> = (1_700_000_000..1_700_009_000).map(|time| time.to_string()).collect();
    let headers = [
        ("webhook-signature", "v1,q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=".to_owned()),
        ("webhook-id", "a".repeat(100_000)),
        ("webhook-timestamp", "1700000000".to_owned()),
        ("x-timestamp", times.join(",")),
    ];
    let report = verifier.explain(&headers, b"{}");
    assert!(!report.is_certain() && report.attempts < 200_000, "{report}");
    let case = case("square", "{}").headers(headers).url("https://example.com/a?b#c");
    let case = case.time_limit(Duration::from_secs(1));
    assert!(!explain(&case).is_certain());
}

#[test]
fn odd_bodies_and_secrets_are_examined_without_a_panic() {
    let long = 8 * 1024;
    for text in ["[", "[]", "\\", "\"", "%41", "&", "=", "\0", "b'", "{\"a\":", "\u{301}", "é"] {
        let case = case("github", text.repeat(long / text.len()))
            .header("X-Hub-Signature-256", format!("sha256={}", "ab".repeat(32)));
        assert!(!explain(&case).is_certain(), "{text:?}");
    }
    for body in [&b"\""[..], b"b'", b"\xff\xfe", b"\xff\xff\xff", b"'", b"%", b"{", b"\x1f\x8b"] {
        for secret in ["", " ", "\"", "whsec_", "v1,", "ü", "|", "=", "a=b"] {
            let case = case("standard-webhooks", body)
                .header("webhook-id", "msg_1")
                .header("webhook-timestamp", "99999999999999999999")
                .header("webhook-signature", "v1,q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=")
                .secret(secret);
            assert!(!explain(&case).is_certain(), "{body:?} {secret:?}");
        }
    }
    let case = case("github", "{}").time_limit(Duration::MAX);
    assert_eq!(explain(&case).verdict, Verdict::Suspected);
}

#[test]
fn a_delivery_that_a_verifier_accepts_verifies() {
    let secret = Secret::new("secret").unwrap();
    let headers = Signer::<Acme>::new(secret.clone()).unwrap().sign(b"{}").unwrap();
    let acme = Verifier::<Acme>::new(secret.clone()).unwrap();
    assert_eq!(acme.explain(&headers, b"{}").verdict, Verdict::Verifies);
    assert_eq!(acme.explain(&headers, b"{ }").causes(), [Cause::BodyReserialized]);

    let signer = Signer::<GitHub>::new(secret.clone()).unwrap();
    let headers = signer.sign(br#"{"a": 1}"#).unwrap();
    let github = Verifier::<GitHub>::new(secret.clone()).unwrap();
    assert_eq!(github.explain(&headers, br#"{"a":1}"#).causes(), [Cause::BodyReserialized]);
    let lenient = github.forms([BodyForm::Python(JsonDumps::DEFAULT)]);
    assert_eq!(lenient.explain(&headers, br#"{"a":1}"#).verdict, Verdict::Verifies);

    // Gitea signs the JSON and can send it within a form.
    let headers = Signer::<Gitea>::new(secret).unwrap().sign(br#"{"a":1}"#).unwrap();
    let case = case("gitea", "payload=%7B%22a%22%3A1%7D").headers(headers);
    assert_eq!(explain(&case).verdict, Verdict::Verifies);
}

#[test]
fn a_secret_that_a_verifier_does_not_take_is_not_verified() {
    let headers = Signer::<GitHub>::new(Secret::from_bytes(*b"secret\n").unwrap()).unwrap();
    let headers: Vec<_> = headers.sign(b"{}").unwrap().into_iter().collect();
    let github = AnyProvider::of::<GitHub>();
    let case = Case::new("{}").provider(github).headers(headers).secret("secret\n");
    let report = explain(&case);
    assert_eq!((report.verdict, report.causes()), (Verdict::Explained, vec![Cause::SecretSpace]));
    assert!(report.advice.contains("Secret::from_bytes"), "{report}");
}

#[test]
fn a_report_shows_no_text_of_the_sender_that_could_forge_a_line() {
    let secret = Secret::new("secret").unwrap();
    let headers = Signer::<Stripe>::new(secret).unwrap().sign(br#"{"a":1}"#).unwrap();
    let body = "x%0AThe delivery verifies=%7B%22a%22%3A1%7D";
    let case = case("stripe", body)
        .headers(headers)
        .header("Content-Encoding", "\u{1b}[31mbr\nThe delivery verifies (stripe).");
    let report = explain(&case);
    assert_eq!(report.causes(), [Cause::BodyForm]);
    assert!(!report.headline().contains(['\n', '\u{1b}']), "{report}");
    let zoe = explain(&self::case("stripe", "zoe@example.com=%7B%7D")).redacted().to_string();
    assert!(!zoe.contains("zoe"), "{zoe}");
}

#[test]
fn nothing_is_claimed_if_nothing_was_tried() {
    let case = Case::new("{}").provider(AnyProvider::of::<GitHub>());
    let case = case.header("X-Hub-Signature-256", format!("sha256={}", "ab".repeat(32)));
    let report = explain(&case);
    assert_eq!((report.verdict, report.attempts), (Verdict::Unexplained, 0));
    assert!(report.headline().starts_with("Nothing could be tried"), "{report}");
}
