//! Our verification with more secrets and with more headers. Other tables show the size of bodies.

use std::hint::black_box;

use countersign::{Secret, Secrets, Verifier, adapter::HttpHeaders, providers::XWebhookSignature};
use countersign_bench::{Bound, Delivery, Report, Rounds, SECRET, Subject};
use http::{HeaderName, HeaderValue};

use crate::table::Measured;

/// Adds the tables, and budget 12.
pub(crate) fn measure(report: &mut Report, rounds: Rounds) {
    for (size, bound) in [(1024, 2.0), (64 * 1024, 2.05)] {
        let measured = secrets(size, rounds);
        report.tables.push(measured.table(&format!("By secrets, {size} B")));
        let what = format!("{size} B: two secrets, the second matches / one");
        let ratio = measured.ratio("2 secrets, the last matches", ONE);
        report.budget("12", &what, ratio, Bound::AtMost(bound));
        for count in 2..=4 {
            let what = format!("{size} B: {count} secrets, the first matches / one");
            let ratio = measured.ratio(&format!("{count} secrets, the first matches"), ONE);
            report.budget("12", &what, ratio, Bound::AtMost(1.02));
        }
    }
    let measured = headers(rounds);
    report.tables.push(measured.table("By header fields, 1024 B"));
}

const ONE: &str = "1 secret";

fn secrets(size: usize, rounds: Rounds) -> Measured {
    let delivery = Delivery::plain(size);
    let headers = delivery.header_map();
    let secret = |text: &str| Secret::new(text).unwrap();
    let right = || secret(SECRET);
    let wrong = |index: usize| secret(&format!("another secret {index}"));
    let mut verifiers = vec![(ONE.to_owned(), Secrets::new(right()))];
    for count in 2..=4 {
        let mut first = Secrets::new(right());
        let mut last = Secrets::new(wrong(0));
        for index in 1..count {
            first = first.with_retired(wrong(index)).unwrap();
            let next = if index + 1 == count { right() } else { wrong(index) };
            last = last.with_retired(next).unwrap();
        }
        verifiers.push((format!("{count} secrets, the first matches"), first));
        verifiers.push((format!("{count} secrets, the last matches"), last));
    }
    let (headers, body) = (&headers, &delivery.body[..]);
    let subjects = verifiers.into_iter().map(|(name, secrets)| {
        let verifier = Verifier::<XWebhookSignature>::new(secrets).unwrap();
        Subject::new(&name, move || {
            verifier.verify(&HttpHeaders(headers), black_box(body)).unwrap().secret_index()
        })
    });
    Measured::new(rounds, subjects.collect())
}

/// Headers in a map, as in frameworks, and in a list, with the signature at the end.
fn headers(rounds: Rounds) -> Measured {
    let delivery = Delivery::plain(1024);
    let body = &delivery.body[..];
    let signature = delivery.header("x-webhook-signature");
    let verifier = &Verifier::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    let mut subjects = Vec::new();
    for count in [1, 10, 100] {
        let mut list: Vec<(String, String)> =
            (1..count).map(|index| (format!("x-other-{index}"), "value".to_owned())).collect();
        list.push(("x-webhook-signature".to_owned(), signature.to_owned()));
        let map: http::HeaderMap = list
            .iter()
            .map(|(name, value)| {
                (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
            })
            .collect();
        subjects.push(Subject::new(&format!("{count} in a map"), move || {
            verifier.verify(&HttpHeaders(&map), black_box(body)).unwrap().secret_index()
        }));
        subjects.push(Subject::new(&format!("{count} in a list"), move || {
            verifier.verify(&list, black_box(body)).unwrap().secret_index()
        }));
    }
    Measured::new(rounds, subjects)
}
