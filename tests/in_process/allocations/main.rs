//! Allocations of the core for a delivery: zero, after the first delivery of a thread. The layer
//! allocates only the request's extensions.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod surfaces;

use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use bytes::Bytes;
use countersign::{
    Provider, Secret, Secrets, Signer, Verifier,
    adapter::{Admission, Verifiers},
    error::VerifyErrorKind as Kind,
    providers::{GitHub, Respan, XWebhookSignature},
    request::{RequestHead, RequestTarget},
    scheme::{BodyForm, JsonDumps, JsonEncode},
    tenants::{SecretSource, Tenants},
    tower::{RequestBody, VerifyLayer},
};
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, service_fn};

const BODY: &[u8] = &[b'x'; 10_000];

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Headers in a framework's form, made before the counting starts.
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
            verification.update(Bytes::from_static(BODY))?;
            verification.finish()
        })()
        .err()
        .map(|error: countersign::VerifyError| error.kind());
    });
    assert_eq!(verdict, in_chunks);
    (verdict, whole.count_total + chunks.count_total)
}

#[test]
fn allocates_nothing_for_accepted_deliveries() {
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
fn allocates_as_often_for_an_unknown_tenant_as_for_a_known_one() {
    struct Acme;
    impl SecretSource for Acme {
        fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
            request.last_segment().map(str::to_owned)
        }

        async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, BoxError> {
            Ok((tenant == "acme").then_some(Secret::new("secret")?.into()))
        }
    }
    let verifier = Verifier::<GitHub>::per_tenant(Tenants::new(Acme));
    let forged = headers::<GitHub>("another secret", BODY);
    let verdict = |tenant: &str| {
        let target = RequestTarget::new(tenant);
        let Ok(Admission::LookingUp(lookup)) = verifier.admit(&forged, None, target) else {
            panic!("nothing is looked up")
        };
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(mut verification)) = pin!(lookup).poll(&mut context) else {
            panic!("the lookup waits")
        };
        verification.update(Bytes::from_static(BODY)).unwrap();
        verification.finish().unwrap_err().kind()
    };
    let count = |tenant: &str, expected: Kind| {
        // The first delivery makes a lookup. The cache is cleaned up during some of the others.
        let counts = (0..20).map(|_| measure(|| assert_eq!(verdict(tenant), expected)).count_total);
        counts.min()
    };
    let known = count("acme", Kind::Mismatch);
    assert_eq!(count("emca", Kind::UnknownTenant), known);
}

#[test]
fn allocates_nothing_for_a_name_from_a_configuration() {
    let verifier = Verifier::<GitHub>::new(Secret::new("secret").unwrap()).unwrap();
    let verifier = verifier.endpoint(String::from("github-acme"));
    let headers = headers::<GitHub>("secret", BODY);
    // The loop runs twice, because the first delivery of a thread allocates.
    for expected in [None, Some(0)] {
        let mut is_named = false;
        let count = measure(|| {
            let verified = verifier.verify(&headers[..], BODY);
            is_named = verified.is_ok_and(|verified| verified.endpoint() == "github-acme");
        })
        .count_total;
        assert!(is_named);
        assert!(expected.is_none_or(|expected| expected == count), "{count}");
    }
}

#[test]
fn allocates_nothing_for_rejected_deliveries() {
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

/// Answers every delivery.
fn accept(_: Request<RequestBody>) -> Ready<Result<Response<Full<Bytes>>, Infallible>> {
    ready(Ok(Response::new(Full::default())))
}

/// Counts the layer's allocations for a delivery that GitHub has signed.
fn layered(verifiers: impl Verifiers) -> u64 {
    let mut service = VerifyLayer::new(verifiers).layer(service_fn(accept));
    let mut count = 0;
    // The loop runs twice, because the first delivery of a thread allocates.
    for _ in 0..2 {
        let mut request = Request::new(Full::new(Bytes::from_static(BODY)));
        for (name, value) in headers::<GitHub>("secret", BODY) {
            let name = http::HeaderName::try_from(name).unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let mut status = 0;
        count = measure(|| {
            let response = pin!(service.call(request));
            if let Poll::Ready(Ok(response)) =
                response.poll(&mut Context::from_waker(Waker::noop()))
            {
                status = response.status().as_u16();
            }
        })
        .count_total;
        assert_eq!(status, 200);
    }
    count
}

#[test]
fn the_layer_allocates_only_the_extensions_with_one_verifier_and_with_several() {
    let secret = || Secret::new("secret").unwrap();
    let github = Verifier::<GitHub>::new(secret()).unwrap();
    let in_house = Verifier::<XWebhookSignature>::new(secret()).unwrap();
    let respan = Verifier::<Respan>::new(secret()).unwrap();

    let mut extensions = http::Extensions::new();
    let alone = measure(|| {
        extensions.insert("a proof");
    })
    .count_total;

    assert_eq!(layered(github.clone()), alone);
    assert_eq!(layered((in_house.clone(), github.clone())), alone);
    assert_eq!(layered((github, (in_house, respan))), alone);
}

#[test]
fn reserializing_allocates_a_bounded_multiple_of_the_body() {
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
        format!("[{}0]", "{\"0\":0},".repeat(20_000)),
        format!("[{}0]", "{\"0\":{\"0\":{}}},".repeat(10_000)),
        format!("[[[[[{}0]]]]]", "0,".repeat(100_000)),
        format!("{}{}", "[".repeat(500), "]".repeat(500)),
    ];
    let dumps = JsonDumps::DEFAULT;
    let arrays = JsonEncode::DEFAULT.associative(true);
    for form in [
        BodyForm::Python(dumps),
        BodyForm::Python(dumps.sort_keys(true)),
        BodyForm::JavaScript,
        BodyForm::Php(JsonEncode::DEFAULT),
        BodyForm::Php(arrays),
        BodyForm::Php(arrays.pretty(true)),
    ] {
        for shape in &shapes {
            let bytes = measure(|| drop(form.text_of(shape.as_bytes()))).bytes_max;
            let factor = bytes.div_ceil(shape.len() as u64);
            assert!(factor <= 32, "{factor} times {:?} for {form:?}", &shape[..20]);
        }
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(std::hint::black_box(Box::new(7)))).count_total, 1);
}
