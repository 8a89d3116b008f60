//! Time of one examination that finds nothing, so that everything is tried.

#![expect(clippy::unwrap_used, reason = "a panic is the report")]

use std::{hint::black_box, time::Duration};

use countersign_core::providers::AnyProvider;
use countersign_explain::{Case, explain};
use criterion::{Criterion, criterion_group, criterion_main};

fn examinations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explain");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    for length in [1024, 64 * 1024, 1024 * 1024] {
        for provider in ["github", "stripe", "standard-webhooks"] {
            let case = case(provider, length);
            let report = explain(&case);
            let name = format!("{provider}, {length} bytes, {} attempts", report.attempts);
            group.bench_function(name, |bencher| bencher.iter(|| explain(black_box(&case))));
        }
    }
    group.finish();
}

fn case(provider: &str, length: usize) -> Case {
    let member =
        r#"{"id":"evt_1","name":"Zoë <b>","url":"https://example.com/a","n":1.50,"t":[]},"#;
    let body = format!("[{}1]", member.repeat(length / member.len()));
    let hex = "ab".repeat(32);
    let base64 = "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=";
    Case::new(body)
        .provider(AnyProvider::named(provider).unwrap())
        .header("X-Hub-Signature-256", format!("sha256={hex}"))
        .header("Stripe-Signature", format!("t=1700000000,v1={hex}"))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", "1700000000")
        .header("webhook-signature", format!("v1,{base64}"))
        .secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
        // The time of everything, not of the limit.
        .time_limit(Duration::from_secs(60))
}

criterion_group!(benches, examinations);
criterion_main!(benches);
