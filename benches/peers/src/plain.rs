//! Hex HMAC-SHA256 over the body: the in-house convention, or GitHub's for a crate that has no
//! other.

use std::hint::black_box;

use countersign::{
    Secret, Verifier,
    adapter::HttpHeaders,
    providers::{GitHub, XWebhookSignature},
};
use countersign_bench::{Delivery, Rounds, SECRET, Subject, tag, verify_by_hand};
use webhook_verify::{Provider, VerifyOptions};

use crate::table::Measured;

pub(crate) const FLOOR: &str = "raw pre-keyed HMAC";
pub(crate) const OURS: &str = "ours";

/// Measures one size.
pub(crate) fn measure(size: usize, rounds: Rounds) -> Measured {
    let plain = Delivery::plain(size);
    let github = Delivery::github(size);
    let (plain_headers, github_headers) = (plain.header_map(), github.header_map());
    let secret = || Secret::new(SECRET).unwrap();
    let ours = Verifier::<XWebhookSignature>::new(secret()).unwrap();
    let ours_of_github = Verifier::<GitHub>::new(secret()).unwrap();
    let theirs = webhook_verify::Secret::new(SECRET);
    let body = &plain.body[..];
    #[allow(unused_mut, reason = "one more with a feature")]
    let mut subjects = vec![
        Subject::new(FLOOR, || tag(black_box(body))),
        Subject::new(OURS, || {
            let headers = HttpHeaders(&plain_headers);
            ours.verify(&headers, black_box(body)).unwrap().secret_index()
        }),
        Subject::new("written by hand", || {
            let signature = plain_headers.get("X-Webhook-Signature");
            let signature = signature.and_then(|value| value.to_str().ok());
            assert!(verify_by_hand(SECRET, signature, black_box(body)));
        }),
        Subject::new("GitHub: ours", || {
            let headers = HttpHeaders(&github_headers);
            ours_of_github.verify(&headers, black_box(body)).unwrap().secret_index()
        }),
        Subject::new("GitHub: webhook-verify", || {
            let options = VerifyOptions::default();
            webhook_verify::verify(
                Provider::GitHub,
                &github_headers,
                black_box(body),
                &theirs,
                options,
            )
            .unwrap();
        }),
    ];
    #[cfg(feature = "webhooksmith")]
    {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = now.as_secs().cast_signed();
        let signature = webhooksmith::signing::sign(SECRET, now, body).unwrap();
        subjects.push(Subject::new("its own scheme: webhooksmith", move || {
            assert!(webhooksmith::signing::verify(SECRET, now, black_box(body), &signature));
        }));
    }
    Measured::new(rounds, subjects)
}
