//! Verified deliveries.

use std::time::{Duration, SystemTime};

use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{Entry, StoredRequest, Wanted},
    providers::XWebhookSignature,
};
use serde_json::json;

pub(crate) fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

pub(crate) fn entry(id: &str) -> Entry {
    of_type("user.created", id)
}

pub(crate) fn of_type(event_type: &str, id: &str) -> Entry {
    of(&verifier(), event_type, id)
}

pub(crate) fn of(verifier: &Verifier<XWebhookSignature>, event_type: &str, id: &str) -> Entry {
    received_at(SystemTime::now(), verifier, event_type, id)
}

pub(crate) fn received_at(
    time: SystemTime,
    verifier: &Verifier<XWebhookSignature>,
    event_type: &str,
    id: &str,
) -> Entry {
    let body = json!({"id": id, "type": event_type, "data": {}}).to_string();
    let signer = Signer::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
    let stored = verified.to_stored(&headers, time);
    Entry::new(IdempotencyKey::of(&verified), StoredRequest::new("/webhooks", stored))
}

pub(crate) fn wanted(most: usize, lease: Duration) -> Wanted {
    let endpoints = vec![verifier().get_endpoint().to_owned()];
    Wanted { endpoints, most, lease, attempts: 10 }
}
