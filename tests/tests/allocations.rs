//! What the core allocates for a delivery: nothing, once a thread has seen its first.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::borrow::Cow;

use allocation_counter::measure;
use countersign::{
    Form, JsonDumps, Provider, Secret, Secrets, Signer, Verifier, VerifyErrorKind as Kind,
    providers::{GitHub, Respan, XWebhookSignature},
};

const BODY: &[u8] = &[b'x'; 10_000];

/// Headers as a framework holds them, made before the counting starts.
fn headers<P: Provider>(secret: &str, body: &[u8]) -> Vec<(String, String)> {
    let signer = Signer::<P>::new(Secret::new(secret).unwrap()).unwrap();
    signer.sign(body).unwrap().into_iter().collect()
}

fn verify<P: Provider>(
    secrets: impl Into<Secrets>,
    headers: &[(String, String)],
) -> (Option<Kind>, u64) {
    let verifier = Verifier::<P>::new(secrets).unwrap().body_limit(10_000);
    // The first delivery of a thread registers the thread with the swappable secrets, once.
    let _ = verifier.verify(headers, BODY);

    let mut verdict = None;
    let whole =
        measure(|| verdict = verifier.verify(headers, BODY).err().map(|error| error.kind()));

    let mut in_chunks = None;
    let chunks = measure(|| {
        in_chunks = (|| {
            let mut verification = verifier.begin(headers, None)?;
            for chunk in BODY.chunks(1000) {
                verification.update(chunk)?;
            }
            verification.finish(Cow::Borrowed(BODY))
        })()
        .err()
        .map(|error: countersign::VerifyError| error.kind());
    });
    assert_eq!(verdict, in_chunks);
    (verdict, whole.count_total + chunks.count_total)
}

#[test]
fn allocates_nothing_for_what_it_accepts() {
    let secret = || Secret::new("secret").unwrap();
    assert_eq!(verify::<GitHub>(secret(), &headers::<GitHub>("secret", BODY)), (None, 0));
    assert_eq!(verify::<Respan>(secret(), &headers::<Respan>("secret", BODY)), (None, 0));

    let rotating = || Secrets::new(Secret::new("new").unwrap()).with_retired(secret()).unwrap();
    for signed_with in ["new", "secret"] {
        let headers = headers::<XWebhookSignature>(signed_with, BODY);
        assert_eq!(verify::<XWebhookSignature>(rotating(), &headers), (None, 0));
    }
}

#[test]
fn allocates_nothing_for_what_it_refuses() {
    let secret = || Secret::new("secret").unwrap();
    let good = headers::<GitHub>("secret", BODY);
    let (name, value) = good[0].clone();
    for (headers, kind) in [
        (vec![], Kind::MissingSignature),
        (vec![(name.clone(), String::new())], Kind::MissingSignature),
        (vec![good[0].clone(), good[0].clone()], Kind::RepeatedSignature),
        (vec![(name.clone(), value.replace("sha256=", ""))], Kind::MalformedSignature),
        (vec![(name, format!("{value}00"))], Kind::MalformedSignature),
        (headers::<GitHub>("other", BODY), Kind::Mismatch),
    ] {
        assert_eq!(verify::<GitHub>(secret(), &headers), (Some(kind), 0));
    }

    let verifier = Verifier::<GitHub>::new(secret()).unwrap().body_limit(100);
    let mut kind = None;
    let declared = measure(|| {
        kind = verifier.begin(&good[..], Some(101)).err().map(|error| error.kind());
    });
    assert_eq!((kind, declared.count_total), (Some(Kind::BodyTooLarge), 0));
}

#[test]
fn a_spelling_allocates_a_bounded_multiple_of_the_body() {
    let members = |key: &dyn Fn(usize) -> String| {
        let members: Vec<_> = (0..20_000).map(|n| format!("\"{}\":0", key(n))).collect();
        format!("{{{}}}", members.join(","))
    };
    let nested = |count: usize| format!("[{}0]", "{\"\":0,\"\":0},".repeat(count));
    let shapes = [
        members(&|_| String::new()),
        members(&|n| n.to_string()),
        members(&|n| (20_000 - n).to_string()),
        members(&|n| format!("\\u00e9{n}")),
        nested(10_000),
        format!("\"{}\"", "\u{7f}".repeat(200_000)),
        format!("[{}0]", "1e15,".repeat(40_000)),
        format!("[{}0]", "{},".repeat(60_000)),
        format!("{}{}", "[".repeat(500), "]".repeat(500)),
    ];
    let dumps = JsonDumps::DEFAULT;
    for form in [Form::Python(dumps), Form::Python(dumps.sort_keys(true)), Form::JavaScript] {
        for shape in &shapes {
            let bytes = measure(|| drop(form.spell(shape.as_bytes()))).bytes_max;
            let factor = bytes.div_ceil(shape.len() as u64);
            assert!(factor <= 32, "{factor} times {:?} for {form:?}", &shape[..20]);
        }
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(7)))).count_total, 1);
}
