//! Tests of proofs that are made without a check of the signature.

use super::*;
use crate::{
    Scheme,
    error::RestoreError,
    event::{EventAt, EventId, Location, OpenEvent},
    providers::{
        EndpointOf, GitHub, Replicate, Slack, StandardWebhooks, Stripe, XWebhookSignature,
    },
    scheme::{BodyForm, Part},
};

struct Eu;

impl EndpointOf for Eu {
    type Provider = GitHub;
    const NAME: &'static str = "github-eu";
}

/// A provider with a signed id, a signed URL, and a type in a header that is not signed.
struct Addressed;

impl Provider for Addressed {
    const NAME: &'static str = "addressed";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-Sign-1", "X-Sign-2"])
        .numbered()
        .id(&["X-Id"])
        .signed(&[Part::Url, Part::Literal("|"), Part::Id, Part::Literal("|"), Part::Body]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::BodyAll(&["a", "b"]))
        .event_type(Location::UnsignedHeader("X-Kind"));
}

const OTHER_WHSEC: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// Checks the stored delivery of a provider in each format, and the proofs that are made from it.
fn check<P: Provider>(
    secret: &str,
    body: &[u8],
    more: &[(&str, &str)],
    headers: &[&str],
    facts: [Option<&str>; 3],
) -> Outcome {
    let verifier = verifier_of::<P>(secret)?;
    let all = signed::<P>(secret, body, more)?;
    let first = verifier.verify(&all, body)?;
    let stored = first.to_stored(&all, received_at());
    round_trip(&stored)?;

    assert_eq!(stored.headers().map(|(name, _)| name).collect::<Vec<_>>(), headers);
    assert_eq!([stored.id(), stored.event_type(), stored.signed_id()], facts);
    assert_eq!((stored.provider(), stored.endpoint()), (P::NAME, P::NAME));
    assert_eq!((stored.tenant(), &stored.body()[..]), (None, body));
    assert_eq!((stored.received_at(), stored.signed_at()), (received_at(), first.signed_at()));

    let rotated = verifier_of::<P>(if secret == WHSEC { OTHER_WHSEC } else { "new" })?;
    let restored = rotated.restore_from_trusted_store(&stored)?;
    for proof in [restored, verifier.verify_again(&stored)?] {
        assert_eq!(proof.bytes(), body);
        assert_eq!((proof.form(), proof.secret_index()), (first.form(), first.secret_index()));
        assert_eq!((proof.signed_id(), proof.signed_at()), (first.signed_id(), first.signed_at()));
        assert_eq!((proof.endpoint(), proof.tenant()), (first.endpoint(), None));
        let (then, now) = (first.delivery(&all), proof.delivery(&stored));
        assert_eq!((now.id(), now.event_type()), (then.id(), then.event_type()));
        assert!(now.identity() == then.identity());
        // The proof can be stored again, with the same result.
        assert!(proof.to_stored(&stored, stored.received_at()) == stored);
    }
    assert!(matches!(rotated.verify_again(&stored), Err(RestoreError::NotVerified(_))));
    Ok(())
}

#[test]
fn restores_deliveries_of_each_kind_of_provider() -> Outcome {
    let github = [("x-github-event", "push"), ("x-github-delivery", "72d3162e")];
    let kept = ["X-Hub-Signature-256", "X-GitHub-Delivery", "X-GitHub-Event"];
    let facts = [Some("72d3162e"), Some("push"), None];
    check::<GitHub>("key", b"{}", &github, &kept, facts)?;
    check::<GitHub>("key", b"payload=%7B%22a%22%3A1%7D", &github, &kept, facts)?;
    check::<GitHub>("key", b"\xff\0binary", &[], &kept[..1], [None; 3])?;

    let body = br#"{"id":"evt_1","type":"invoice.paid","event_id":"Ev1"}"#;
    let facts = [Some("evt_1"), Some("invoice.paid"), None];
    check::<Stripe>("whsec_abc123", body, &[], &["Stripe-Signature"], facts)?;
    check::<XWebhookSignature>("key", body, &[], &["X-Webhook-Signature"], facts)?;
    let kept = ["X-Slack-Signature", "X-Slack-Request-Timestamp"];
    check::<Slack>("key", body, &[], &kept, [Some("Ev1"), Some("invoice.paid"), None])?;

    let kept = ["webhook-signature", "webhook-id", "webhook-timestamp"];
    let facts = [Some("msg_1"), Some("invoice.paid"), Some("msg_1")];
    check::<StandardWebhooks>(WHSEC, body, &[], &kept, facts)?;
    check::<Replicate>(WHSEC, b"{}", &[], &kept, [Some("msg_1"), None, Some("msg_1")])
}

#[test]
fn keeps_the_headers_of_a_signature_in_a_chosen_header() -> Outcome {
    let signer = Signer::<StandardWebhooks>::new(Secret::new(WHSEC)?)?.header("svix-signature")?;
    let headers = signer.at(received_at()).id("msg_1").sign(b"{}")?;
    let verifier = verifier_of::<StandardWebhooks>(WHSEC)?.header("svix-signature")?;
    let stored = verifier.verify(&headers, b"{}")?.to_stored(&headers, received_at());
    let names: Vec<_> = stored.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["svix-signature", "svix-id", "svix-timestamp"]);
    assert_eq!(verifier.verify_again(&stored)?.signed_id(), Some("msg_1"));
    Ok(())
}

#[test]
fn keeps_all_numbered_headers_and_every_value_of_a_repeated_one() -> Outcome {
    let url = "https://example.com/hook";
    let signer = Signer::<Addressed>::with_url(Secret::new("key")?, url)?;
    let body = br#"{"a":"x","b":2}"#;
    let mut headers: Vec<_> = signer.id("1").sign(body)?.into_iter().collect();
    for (name, value) in [("X-Sign-2", "AAAA"), ("x-kind", "a"), ("X-Kind", "b")] {
        headers.push((name.to_owned(), value.to_owned()));
    }
    let verifier = |url: &str| {
        let verifier = Verifier::<Addressed>::with_url(Secret::new("key")?, url)?;
        Ok::<_, crate::ConfigError>(verifier.clock(FixedClock::at(received_at())))
    };
    let other = verifier("https://example.com/other")?;
    let verifier = verifier(url)?;
    let stored = verifier.verify(&headers, body)?.to_stored(&headers, received_at());
    let names: Vec<_> = stored.headers().map(|(name, _)| name).collect();
    assert_eq!(names, ["X-Sign-1", "X-Sign-2", "X-Id", "X-Kind", "X-Kind"]);
    // The header of the type occurs twice, so no type is read.
    assert_eq!((stored.event_type(), stored.id()), (None, None));
    assert!(stored.id_is_signed() && !stored.event_type_is_signed());

    let proof = verifier.verify_again(&stored)?;
    let expected = EventId::Fields(vec!["x".into(), "2".into()]);
    assert!(proof.delivery(&stored).identity().is_some_and(|identity| identity.id == expected));
    assert!(other.verify_again(&stored).is_err());
    Ok(())
}

#[test]
fn rejects_another_provider_and_another_endpoint() -> Outcome {
    let stored = sample(&verifier_of::<GitHub>("key")?, "key", b"{}", &[])?;
    let expected = RestoreError::OtherProvider { stored: "github".into(), expected: "github-eu" };
    let eu = verifier_of::<Eu>("key")?;
    assert_eq!(eu.restore_from_trusted_store(&stored).unwrap_err(), expected);
    assert_eq!(eu.verify_again(&stored).unwrap_err(), expected);
    let renamed = eu.endpoint("github");
    assert_eq!(renamed.restore_from_trusted_store(&stored).unwrap_err(), expected);

    let other = verifier_of::<GitHub>("key")?.endpoint("acme");
    let expected = RestoreError::OtherEndpoint { stored: "github".into(), expected: "acme".into() };
    assert_eq!(other.restore_from_trusted_store(&stored).unwrap_err(), expected);
    assert_eq!(other.verify_again(&stored).unwrap_err(), expected);
    assert_eq!(
        expected.to_string(),
        r#"the delivery came to the endpoint "github", and the verifier is of "acme""#,
    );

    let stored = sample(&other, "key", b"{}", &[])?;
    assert_eq!(stored.endpoint(), "acme");
    assert_eq!(other.restore_from_trusted_store(&stored)?.endpoint(), "acme");
    Ok(())
}

#[test]
fn a_restored_proof_is_of_its_verifier() -> Outcome {
    let verifier = verifier_of::<GitHub>("key")?;
    let stored = sample(&verifier, "key", br#"{"a":1}"#, &[("X-GitHub-Event", "push")])?;
    for proof in [verifier.restore_from_trusted_store(&stored)?, verifier.verify_again(&stored)?] {
        assert!(
            verifier.__key_set().is_some_and(|keys| keys.is_of_one_verifier(&proof.__key_set()))
        );
        let event: OpenEvent<GitHub> = crate::Event::parse(&proof.delivery(&stored))?;
        assert_eq!(event.event_type.as_deref(), Some("push"));
        assert_eq!(proof.form(), BodyForm::Wire);
    }
    Ok(())
}
