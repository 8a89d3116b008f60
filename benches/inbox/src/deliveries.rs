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
    deliveries_from(0, count)
}

/// Makes deliveries with different ids, from a number on.
pub(crate) fn deliveries_from(first: usize, count: usize) -> Vec<Entry> {
    let signer = Signer::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let verifier = verifier();
    let make = |number| {
        let body = body(number);
        let headers = signer.sign(body.as_bytes()).unwrap();
        let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
        let stored = verified.to_stored(&headers, SystemTime::now());
        Entry::new(IdempotencyKey::of(&verified), StoredRequest::new("/webhooks", stored))
    };
    (first..first + count).map(make).collect()
}

/// Makes requests of HTTP/1.1 with different ids.
pub(crate) fn requests(count: usize) -> Vec<Vec<u8>> {
    let signer = Signer::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let make = |number| {
        let body = body(number);
        let mut head = "POST /webhooks HTTP/1.1\r\nHost: bench\r\n".to_owned();
        for (name, value) in signer.sign(body.as_bytes()).unwrap().iter() {
            head += &format!("{name}: {value}\r\n");
        }
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    (0..count).map(make).collect()
}

fn body(number: usize) -> String {
    let id = format!("{:032x}", (number as u128 + 1).wrapping_mul(ODD));
    let text = "x".repeat(950);
    format!(r#"{{"id":"{id}","type":"user.created","data":{{"text":"{text}"}}}}"#)
}

/// An odd factor gives each event a number of its own, in no order.
const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
