//! Deliveries for the rules, signed and verified.

use std::{fmt::Display, time::SystemTime};

use serde_json::{Value, json};

use super::{
    super::{Entry, StoredRequest},
    trial::Outcome,
};
use crate::{Secret, Signer, Verifier, idempotency::IdempotencyKey, providers::XWebhookSignature};

/// The endpoint of most deliveries.
pub(super) const ENDPOINT: &str = "conformance";

/// The endpoint of the other deliveries.
pub(super) const OTHER: &str = "conformance-other";

/// The type of the events.
pub(super) const TYPE: &str = "user.created";

/// Makes the entry of an event. The name is the event's id.
pub(super) fn entry(name: &str) -> Outcome<Entry> {
    entry_at(ENDPOINT, name)
}

/// Makes the entry of an event at an endpoint.
pub(super) fn entry_at(endpoint: &str, name: &str) -> Outcome<Entry> {
    let key = IdempotencyKey::builder(endpoint).event_type(None).id(name);
    Ok(Entry::new(Some(key), request(endpoint, &body(name))?))
}

/// Makes the entry of an event that has no key.
pub(super) fn keyless(name: &str) -> Outcome<Entry> {
    Ok(Entry::new(None, request(ENDPOINT, &body(name))?))
}

/// Makes a request with any body.
pub(super) fn request(endpoint: &str, body: &[u8]) -> Outcome<StoredRequest> {
    let (secret, received_at) = (Secret::new("conformance").map_err(text)?, SystemTime::now());
    let signer = Signer::<XWebhookSignature>::new(secret.clone()).map_err(text)?;
    let verifier = Verifier::<XWebhookSignature>::new(secret).map_err(text)?;
    let headers = signer.sign(body).map_err(text)?;
    let verifier = verifier.endpoint(endpoint.to_owned()).body_limit(body.len());
    let verified = verifier.verify(&headers, body).map_err(text)?;
    Ok(StoredRequest::new("/webhooks", verified.to_stored(&headers, received_at)))
}

/// Makes the entry of an event, with other values of some members of the stored delivery: another
/// provider, a tenant.
pub(super) fn entry_with(name: &str, members: &[(&str, &str)]) -> Outcome<Entry> {
    let members: Vec<_> = members.iter().map(|(member, text)| (*member, json!(text))).collect();
    with(&entry(name)?, &members)
}

/// Makes the entry of an event that was received this many milliseconds after 1970.
pub(super) fn entry_received(endpoint: &str, name: &str, milliseconds: u64) -> Outcome<Entry> {
    with(&entry_at(endpoint, name)?, &[("received_at", json!(milliseconds))])
}

fn with(entry: &Entry, members: &[(&str, Value)]) -> Outcome<Entry> {
    let mut request: Value = serde_json::from_slice(&entry.request().to_json()).map_err(text)?;
    for (member, value) in members {
        request["delivery"][member] = value.clone();
    }
    let request = StoredRequest::from_json(request.to_string().as_bytes()).map_err(text)?;
    Ok(Entry::new(entry.key().cloned(), request))
}

fn body(name: &str) -> Vec<u8> {
    json!({ "id": name, "type": TYPE, "data": {} }).to_string().into_bytes()
}

fn text(error: impl Display) -> String {
    format!("a delivery for the suite cannot be made: {error}")
}
