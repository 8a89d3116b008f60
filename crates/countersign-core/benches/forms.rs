//! The cost of the re-serialised forms, compared with serde_json's `Value` of the same body. For
//! forged deliveries of the costliest shapes, the cost is compared with that of a verifier without
//! forms.
//!
//! ```sh
//! cargo bench -p countersign-core --bench forms --features inflate
//! ```

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use countersign_core::{
    Secret, Verifier,
    providers::Respan,
    scheme::{BodyForm, JsonDumps, JsonEncode},
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A log of requests, as providers send it: compact, mostly text and short numbers.
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

const FORMS: [(&str, BodyForm); 7] = [
    ("json.dumps", BodyForm::Python(JsonDumps::DEFAULT)),
    (
        "json.dumps, compact UTF-8",
        BodyForm::Python(JsonDumps::DEFAULT.separators(",", ":").ensure_ascii(false)),
    ),
    ("json.dumps, sorted", BodyForm::Python(JsonDumps::DEFAULT.sort_keys(true))),
    ("JSON.stringify", BodyForm::JavaScript),
    ("json_encode", BodyForm::Php(JsonEncode::DEFAULT)),
    ("json_encode, associative", BodyForm::Php(JsonEncode::DEFAULT.associative(true))),
    (
        "json_encode, associative, pretty, UTF-8",
        BodyForm::Php(JsonEncode::DEFAULT.associative(true).pretty(true).unescaped_unicode(true)),
    ),
];

fn reserializing(criterion: &mut Criterion) {
    let body = event(64 * 1024);
    let mut group = criterion.benchmark_group("re-serialise 64 KiB");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("serde_json::Value", |bencher| {
        bencher.iter(|| serde_json::from_slice::<serde_json::Value>(black_box(&body)).unwrap());
    });
    for (name, form) in FORMS {
        group.bench_function(name, |bencher| {
            bencher.iter(|| form.text_of(black_box(&body)).unwrap())
        });
    }
    group.finish();
}

/// The bodies of about this size for which a form takes longest.
fn worst_shapes(size: usize) -> Vec<(&'static str, String)> {
    // Joins as many numbered pieces as fit, between brackets.
    let filled = |open: &str, close: &str, piece: &dyn Fn(usize) -> String| {
        let mut text = String::from(open);
        for count in 0.. {
            let piece = piece(count);
            if text.len() + piece.len() + close.len() + 1 > size {
                break;
            }
            if count > 0 {
                text.push(',');
            }
            text.push_str(&piece);
        }
        text + close
    };
    let members = |key: &dyn Fn(usize) -> String| {
        filled("{", "}", &|count| format!("\"{}\":{count}", key(count)))
    };
    let elements = |element: &str| filled("[", "]", &|_| element.to_owned());
    // An object with a repeated key at every level, around one long text.
    let nested = format!(
        "{}\"{}\"{}",
        r#"{"a":0,"a":"#.repeat(500),
        "x".repeat(size - 500 * 12 - 2),
        "}".repeat(500)
    );
    vec![
        ("equal keys", members(&|_| "a".to_owned())),
        ("keys", members(&|count| format!("key{count}"))),
        (
            "keys with a long start in common",
            members(&|count| format!("{}{count}", "k".repeat(2500))),
        ),
        (
            "escaped keys with a start in common",
            members(&|count| format!("{}\\u00e9{}", "k".repeat(16), size - count)),
        ),
        ("keys like integers, backwards", members(&|count| (size - count).to_string())),
        ("empty keys", members(&|_| String::new())),
        ("repeated keys, nested", nested),
        ("500 levels, over and over", elements(&format!("{}{}", "[".repeat(500), "]".repeat(500)))),
        ("digits", format!("0.{}", "7".repeat(size - 2))),
        ("long digits", elements("123456789012345678901234567890.12345678901234567890")),
        ("floats", elements("1e15")),
        ("halfway floats", elements("9007199254740993.00000000000000000000000000000001")),
        ("DEL", format!("\"{}\"", "\u{7f}".repeat(size - 2))),
        ("escapes", format!("\"{}\"", "\\u007f".repeat(size / 6 - 1))),
        ("two-byte characters", format!("\"{}\"", "é".repeat(size / 2 - 1))),
        ("empty arrays", elements("[]")),
        ("empty objects", elements("{}")),
        ("objects like lists", elements(r#"{"0":{"0":0}}"#)),
        ("an object like a list", members(&|count| count.to_string())),
        ("slashes", format!("\"{}\"", "/".repeat(size - 2))),
        ("line terminators", format!("\"{}\"", "\u{2028}".repeat(size / 3 - 1))),
        ("numbers on the fifth level", format!("[[[[[{}]]]]]", vec!["0"; size / 2 - 5].join(","))),
    ]
}

/// Compares a forged delivery that is parsed with one that is only hashed.
fn forged(criterion: &mut Criterion) {
    let headers = [("X-Respan-Signature", "0".repeat(64))];
    let verifier = Verifier::<Respan>::new(Secret::new("secret").unwrap()).unwrap();
    for (name, size) in [("64 KiB", 64 * 1024), ("1 MiB", 1024 * 1024)] {
        let log = String::from_utf8(event(size - 1024)).unwrap();
        let mut group = criterion.benchmark_group(format!("forged {name}"));
        for (shape, body) in [("a log", log)].into_iter().chain(worst_shapes(size)) {
            assert!(body.len() <= size, "{shape}: {}", body.len());
            let forms = [FORMS[0], FORMS[2], FORMS[3], FORMS[4], FORMS[5], FORMS[6]]
                .map(|(name, form)| (name, vec![form]));
            for (name, forms) in [("wire", vec![])].into_iter().chain(forms) {
                let verifier = verifier.clone().forms(forms);
                group.bench_function(format!("{shape}: {name}"), |bencher| {
                    bencher.iter(|| verifier.verify(&headers, black_box(&body)).unwrap_err());
                });
            }
        }
        group.finish();
    }
}

/// A forged URL-encoded form.
fn url_encoded(criterion: &mut Criterion) {
    let headers = [("X-Respan-Signature", "0".repeat(64))];
    let verifier = Verifier::<Respan>::new(Secret::new("secret").unwrap()).unwrap();
    let size = 1024 * 1024;
    let mut group = criterion.benchmark_group("forged 1 MiB, URL-encoded");
    for (shape, body) in [
        ("letters", format!("payload={}", "a".repeat(size - 8))),
        ("escapes", format!("payload={}", "%22".repeat((size - 8) / 3))),
        ("members", format!("payload={}", "&a".repeat((size - 8) / 2))),
    ] {
        for (name, forms) in
            [("wire", vec![]), ("member", vec![BodyForm::UrlEncodedMember("payload")])]
        {
            let verifier = verifier.clone().forms(forms);
            group.bench_function(format!("{shape}: {name}"), |bencher| {
                bencher.iter(|| verifier.verify(&headers, black_box(&body)).unwrap_err());
            });
        }
    }
    group.finish();
}

/// A forged delivery that inflates to as much as the body limit allows.
#[cfg(feature = "inflate")]
fn inflated(criterion: &mut Criterion) {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    let headers = [("X-Respan-Signature", "0".repeat(64)), ("Content-Encoding", "gzip".to_owned())];
    let verifier = Verifier::<Respan>::new(Secret::new("secret").unwrap()).unwrap();
    let mut group = criterion.benchmark_group("forged, inflated to 1 MiB");
    for (shape, text) in [("zeros", vec![0; 1024 * 1024]), ("a log", event(1024 * 1024 - 1024))] {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&text).unwrap();
        let body = encoder.finish().unwrap();
        for (name, forms) in [("wire", vec![]), ("inflated", vec![BodyForm::Inflated])] {
            let verifier = verifier.clone().forms(forms);
            group.bench_function(
                format!("{shape}, {} bytes sent: {name}", body.len()),
                |bencher| {
                    bencher.iter(|| verifier.verify(&headers, black_box(&body)).unwrap_err());
                },
            );
        }
    }
    group.finish();
}

#[cfg(feature = "inflate")]
criterion_group!(benches, reserializing, forged, url_encoded, inflated);
#[cfg(not(feature = "inflate"))]
criterion_group!(benches, reserializing, forged, url_encoded);
criterion_main!(benches);
