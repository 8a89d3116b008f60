//! What the re-serialised forms cost: beside serde_json's `Value` of the same body, at their worst,
//! and on a forged delivery beside a provider without a form.
//!
//! ```sh
//! cargo bench -p countersign-core --bench forms
//! ```

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use countersign_core::{Form, JsonDumps, Secret, Verifier, providers::Respan};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A log of requests, as providers send it: mostly text and short numbers, compact.
fn event(size: usize) -> Vec<u8> {
    let mut text = String::from(r#"{"id":"evt_1","type":"log.created","data":["#);
    let mut count = 0_u64;
    while text.len() < size {
        if count > 0 {
            text.push(',');
        }
        count += 1;
        text.push_str(&format!(
            r#"{{"id":"log_{count:08}","model":"small-2025","status":"success","user":{{"name":"Zoë {count}","email":"user{count}@example.com","active":true}},"prompt":"Summarise the meeting of the {count}th: who said what, and \"when\"?\nBriefly.","tokens":{count},"cost":{}.{:05},"latency":{}.5,"tags":["prod","eu-west",null],"created_at":"2025-02-18T10:35:00Z"}}"#,
            count % 7,
            count * 37 % 100_000,
            count % 900,
        ));
    }
    text.push_str("]}");
    text.into_bytes()
}

const FORMS: [(&str, Form); 4] = [
    ("json.dumps", Form::Python(JsonDumps::DEFAULT)),
    (
        "json.dumps, compact UTF-8",
        Form::Python(JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false)),
    ),
    ("json.dumps, sorted", Form::Python(JsonDumps::DEFAULT.sort_keys(true))),
    ("JSON.stringify", Form::JavaScript),
];

fn spelling(criterion: &mut Criterion) {
    let body = event(64 * 1024);
    let mut group = criterion.benchmark_group("spell 64 KiB");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("serde_json::Value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&body)).unwrap());
    });
    for (name, form) in FORMS {
        group
            .bench_function(name, |bencher| bencher.iter(|| form.spell(black_box(&body)).unwrap()));
    }
    group.finish();
}

fn worst_shapes(criterion: &mut Criterion) {
    const SIZE: usize = 256 * 1024;
    let members = |key: &dyn Fn(usize) -> String, count: usize| {
        let members: Vec<_> = (0..count).map(|n| format!("\"{}\":{n}", key(n))).collect();
        format!("{{{}}}", members.join(","))
    };
    // An object at every level, each with a repeated key, around one long text.
    let nested = format!(
        "{}\"{}\"{}",
        r#"{"a":0,"a":"#.repeat(500),
        "x".repeat(SIZE - 500 * 12),
        "}".repeat(500)
    );
    let shapes = [
        ("20,000 equal keys", members(&|_| "a".to_owned(), 20_000)),
        ("20,000 keys", members(&|n| format!("key{n}"), 20_000)),
        ("keys with a long start in common", members(&|n| format!("{}{n}", "k".repeat(2500)), 100)),
        (
            "escaped keys with a start in common",
            members(&|n| format!("{}\\u00e9{}", "k".repeat(16), 20_000 - n), 8_000),
        ),
        ("keys like integers, backwards", members(&|n| (20_000 - n).to_string(), 20_000)),
        ("52,000 empty keys", members(&|_| String::new(), 26_000)),
        ("repeated keys, nested", nested),
        (
            "500 levels, over and over",
            format!(
                "[{}0]",
                format!("{}{},", "[".repeat(500), "]".repeat(500)).repeat(SIZE / 1001)
            ),
        ),
        ("200,000 digits", format!("0.{}", "7".repeat(200_000))),
        (
            "long digits",
            format!(
                "[{}0]",
                "123456789012345678901234567890.12345678901234567890,".repeat(SIZE / 53)
            ),
        ),
        ("floats", format!("[{}0]", "1e15,".repeat(SIZE / 5))),
        (
            "halfway floats",
            format!(
                "[{}0]",
                "9007199254740993.00000000000000000000000000000001,".repeat(SIZE / 49)
            ),
        ),
        ("DEL", format!("\"{}\"", "\u{7f}".repeat(SIZE))),
        ("escapes", format!("\"{}\"", "\\u007f".repeat(SIZE / 6))),
        ("two-byte characters", format!("\"{}\"", "é".repeat(SIZE / 2))),
        ("empty arrays", format!("[{}0]", "[],".repeat(SIZE / 3))),
    ];
    let mut group = criterion.benchmark_group("worst 256 KiB");
    for (shape, text) in &shapes {
        for (name, form) in [FORMS[0], FORMS[2], FORMS[3]] {
            group.bench_function(format!("{shape}: {name}"), |bencher| {
                bencher.iter(|| form.spell(black_box(text.as_bytes())));
            });
        }
    }
    group.finish();
}

fn forged(criterion: &mut Criterion) {
    let body = event(1024 * 1024 - 1024);
    let headers = [("X-Respan-Signature", "0".repeat(64))];
    let verifier = Verifier::<Respan>::new(Secret::new("secret").unwrap()).unwrap();
    let mut group = criterion.benchmark_group("forged 1 MiB");
    group.bench_function("wire", |bencher| {
        let verifier = verifier.clone().forms([]);
        bencher.iter(|| verifier.verify(&headers, black_box(&body)).unwrap_err());
    });
    for (name, form) in FORMS {
        let verifier = verifier.clone().forms([form]);
        group.bench_function(format!("wire, {name}"), |bencher| {
            bencher.iter(|| verifier.verify(&headers, black_box(&body)).unwrap_err());
        });
    }
    group.finish();
}

criterion_group!(benches, spelling, worst_shapes, forged);
criterion_main!(benches);
