//! Verified deliveries of 1 KiB.

use std::time::SystemTime;

use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{Entry, StoredRequest},
    providers::XWebhookSignature,
};

pub(crate) fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

/// Makes deliveries with different ids.
pub(crate) fn deliveries(count: usize) -> Vec<Entry> {
    let signer = Signer::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let verifier = verifier();
    let make = |number| {
        let id = format!("{:032x}", (number as u128 + 1).wrapping_mul(ODD));
        let text = "x".repeat(950);
        let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{"text":"{text}"}}}}"#);
        let headers = signer.sign(body.as_bytes()).unwrap();
        let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
        let stored = verified.to_stored(&headers, SystemTime::now());
        Entry::new(IdempotencyKey::of(&verified), StoredRequest::new("/webhooks", stored))
    };
    (0..count).map(make).collect()
}

/// An odd factor gives each event a number of its own, in no order.
const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
