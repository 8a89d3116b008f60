//! Standard Webhooks: base64 of HMAC-SHA256 over id, time and body.

use std::hint::black_box;

use countersign::{Secret, Verifier, adapter::HttpHeaders, providers::StandardWebhooks};
use countersign_bench::{Delivery, Rounds, STANDARD_SECRET, Subject, keyed};
use hmac::Mac;
use webhook_verify::{Provider, VerifyOptions};

use crate::table::Measured;

pub(crate) const OURS: &str = "ours";
pub(crate) const SVIX: &str = "svix";
pub(crate) const STANDARDWEBHOOKS: &str = "standardwebhooks";

/// Measures one size, before the signed time is too old.
pub(crate) fn measure(size: usize, rounds: Rounds) -> Measured {
    let delivery = Delivery::standard(size);
    let headers = delivery.header_map();
    let body = &delivery.body[..];
    // The cost of the MAC does not depend on the key.
    let keyed = keyed(STANDARD_SECRET.as_bytes());
    let before = format!("msg_1.{}.", delivery.header("webhook-timestamp"));
    let ours = Verifier::<StandardWebhooks>::new(Secret::new(STANDARD_SECRET).unwrap()).unwrap();
    let svix = svix::webhooks::Webhook::new(STANDARD_SECRET).unwrap();
    let standard = standardwebhooks::Webhook::new(STANDARD_SECRET).unwrap();
    let secret = webhook_verify::Secret::new(STANDARD_SECRET);
    let subjects = vec![
        Subject::new("raw pre-keyed HMAC", || {
            let mut mac = keyed.clone();
            mac.update(before.as_bytes());
            mac.update(black_box(body));
            mac.finalize().into_bytes()
        }),
        Subject::new(OURS, || {
            ours.verify(&HttpHeaders(&headers), black_box(body)).unwrap().secret_index()
        }),
        Subject::new(SVIX, || svix.verify(black_box(body), &headers).unwrap()),
        Subject::new(STANDARDWEBHOOKS, || standard.verify(black_box(body), &headers).unwrap()),
        Subject::new("webhook-verify", || {
            let options = VerifyOptions::default();
            let provider = Provider::StandardWebhooks;
            webhook_verify::verify(provider, &headers, black_box(body), &secret, options).unwrap();
        }),
    ];
    Measured::new(rounds, subjects)
}
