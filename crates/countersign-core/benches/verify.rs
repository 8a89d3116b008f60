//! The cost of verification, compared with the MAC that it must compute. `floor` is only
//! HMAC-SHA256, with a key that is prepared once. It is measured in the same run.
//!
//! ```sh
//! cargo bench -p countersign-core --bench verify
//! ```

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::{hint::black_box, time::Duration};

use bytes::Bytes;
use countersign_core::{
    Event, HeaderSource, Provider, Secret, Secrets, Signer, Verifier,
    providers::{GitHub, XWebhookSignature, x_webhook_signature::flat},
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SIZES: [usize; 6] = [64, 512, 1024, 16 * 1024, 64 * 1024, 1024 * 1024];

fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

fn body(size: usize) -> Bytes {
    let mut body = br#"{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":""#.to_vec();
    let end = br#""}}"#;
    body.resize(size.saturating_sub(end.len()).max(body.len()), b'x');
    body.extend_from_slice(end);
    body.into()
}

/// The headers of a provider's delivery, with the signature between others.
fn headers<P: Provider>(secret: Secret, body: &[u8]) -> Vec<(String, String)> {
    let others = |range: std::ops::Range<usize>| {
        range.map(|index| (format!("x-other-{index}"), "value".to_owned()))
    };
    let signed = Signer::<P>::new(secret).unwrap().sign(body).unwrap();
    others(0..4).chain(signed).chain(others(4..8)).collect()
}

fn verify(c: &mut Criterion) {
    for size in SIZES {
        let mut group = c.benchmark_group(format!("verify {size} B"));
        group.throughput(Throughput::Bytes(size as u64));
        let body = body(size);
        let keyed = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
        group.bench_function("floor", |b| {
            b.iter(|| {
                let mut mac = keyed.clone();
                mac.update(black_box(&body));
                mac.finalize().into_bytes()
            });
        });

        let verifier = Verifier::<XWebhookSignature>::new(secret("secret")).unwrap();
        let genuine = headers::<XWebhookSignature>(secret("secret"), &body);
        group.bench_function("verify", |b| {
            b.iter(|| verifier.verify(&genuine, black_box(&body)).unwrap().secret_index());
        });
        group.bench_function("begin, update by 16 KiB, finish", |b| {
            b.iter(|| in_chunks(&verifier, &genuine, black_box(&body)));
        });

        for (count, name) in [(2, "two secrets, the second"), (4, "four secrets, the fourth")] {
            let mut secrets = Secrets::new(secret("other"));
            for index in 2..count {
                secrets = secrets.with_retired(secret(&format!("other {index}"))).unwrap();
            }
            let secrets = secrets.with_retired(secret("secret")).unwrap();
            let verifier = Verifier::<XWebhookSignature>::new(secrets).unwrap();
            group.bench_function(name, |b| {
                b.iter(|| verifier.verify(&genuine, black_box(&body)).unwrap().secret_index());
            });
        }
        let secrets = Secrets::new(secret("secret")).with_retired(secret("other")).unwrap();
        let rotating = Verifier::<XWebhookSignature>::new(secrets).unwrap();
        group.bench_function("two secrets, the first", |b| {
            b.iter(|| rotating.verify(&genuine, black_box(&body)).unwrap().secret_index());
        });
        group.finish();
    }
}

fn in_chunks<H: HeaderSource>(
    verifier: &Verifier<XWebhookSignature>,
    headers: &H,
    body: &Bytes,
) -> usize {
    let mut verification = verifier.begin(headers, Some(body.len() as u64)).unwrap();
    for start in (0..body.len()).step_by(16 * 1024) {
        let end = body.len().min(start + 16 * 1024);
        verification.update(body.slice(start..end)).unwrap();
    }
    verification.finish().unwrap().secret_index()
}

fn refuse(c: &mut Criterion) {
    let mut group = c.benchmark_group("refuse");
    let body = body(1024);
    let verifier = Verifier::<GitHub>::new(secret("secret")).unwrap();
    let name = || "X-Hub-Signature-256".to_owned();
    let wrong = headers::<GitHub>(secret("other"), &body);
    for (reason, headers) in [
        ("missing", vec![("x-other".to_owned(), "value".to_owned())]),
        ("malformed", vec![(name(), "sha256=00".to_owned())]),
        ("not hex", vec![(name(), format!("sha256={}", "g".repeat(64)))]),
        ("wrong tag", wrong),
    ] {
        group.bench_with_input(BenchmarkId::from_parameter(reason), &headers, |b, headers| {
            b.iter(|| verifier.verify(headers, black_box(&body)).is_err());
        });
    }
    group.finish();
}

/// The members that a handler would parse.
#[derive(serde::Deserialize)]
struct Envelope<T> {
    id: String,
    #[allow(dead_code, reason = "members that a handler would parse")]
    r#type: String,
    #[allow(dead_code, reason = "members that a handler would parse")]
    data: T,
}

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "members that a handler would parse")]
struct Data {
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    status: Option<String>,
}

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "members that a handler would parse")]
struct Invoice {
    id: String,
    lines: Vec<Line>,
}

#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "members that a handler would parse")]
struct Line {
    sku: String,
    label: String,
    count: u64,
    taxed: bool,
    at: String,
}

countersign_core::events! {
    enum Billing for XWebhookSignature {
        "invoice.paid" => Paid(countersign_core::event::Envelope<Invoice>),
    }
}

/// A body of objects with small members. `flat::Event` does not read most of them.
fn members(size: usize, event_type: &str) -> Vec<u8> {
    let mut body = format!(
        r#"{{"id":"evt_1","type":"{event_type}","created_at":"2026-01-02T03:04:05Z","data":{{"id":"1","lines":["#
    );
    for index in 0.. {
        body += &format!(
            r#"{{"sku":"sku-{index}","label":"a label","count":{index},"taxed":true,"at":"2026-01-02T03:04:05Z"}}"#
        );
        if body.len() + "]}}".len() >= size {
            break;
        }
        body.push(',');
    }
    (body + "]}}").into_bytes()
}

fn events(c: &mut Criterion) {
    for size in [1024, 64 * 1024] {
        event::<flat::Event, Data>(c, &format!("event {size} B"), &body(size));
        let name = format!("event {size} B of members, all of them read");
        event::<Billing, Invoice>(c, &name, &members(size, "invoice.paid"));
        let name = format!("event {size} B of members, few of them read");
        event::<flat::Event, Data>(c, &name, &members(size, "user.created"));
    }
}

/// Compares an event with `serde_json`, which reads the same members.
fn event<E, T>(c: &mut Criterion, name: &str, body: &[u8])
where
    E: Event<Provider = XWebhookSignature>,
    T: serde::de::DeserializeOwned,
{
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("serde_json", |b| {
        b.iter(|| serde_json::from_slice::<Envelope<T>>(black_box(body)).unwrap().id.len());
    });
    let headers = headers::<XWebhookSignature>(secret("secret"), body);
    let verifier = Verifier::<XWebhookSignature>::new(secret("secret")).unwrap();
    let verified = verifier.verify(&headers, body).unwrap();
    group.bench_function("Event", |b| {
        b.iter(|| E::parse(&black_box(&verified).delivery(&headers)).is_ok());
    });
    assert!(E::parse(&verified.delivery(&headers)).is_ok());
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(500));
    targets = verify, refuse, events
}
criterion_main!(benches);
