//! An inbox with a delivery in each state.

use std::time::{Duration, SystemTime};

use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{Entry, InboxStore, StoredRequest, Wanted},
    providers::XWebhookSignature,
};

pub(crate) const SECRET: &str = "secret";

/// A reason that would clear the screen of a terminal.
pub(crate) const REASON: &str = "no such user \u{1b}[2J";

/// Keeps deliveries: `done`, `dead` (received three hours ago), `waiting`, `running`, and `new` at
/// another endpoint.
pub(crate) async fn fill<S: InboxStore>(inbox: &S) {
    for (event, endpoint, age) in [
        ("done", "users", Duration::ZERO),
        ("dead", "users", 3 * HOUR),
        ("waiting", "users", Duration::ZERO),
        ("running", "users", Duration::ZERO),
        ("new", "other", Duration::ZERO),
    ] {
        inbox.accept(&entry(event, endpoint, age)).await.unwrap();
    }
    let endpoints = vec!["users".to_owned()];
    let wanted = Wanted { endpoints, most: 10, lease: HOUR, attempts: 5 };
    for taken in inbox.take(&wanted).await.unwrap() {
        let request = StoredRequest::from_json(&taken.request).unwrap();
        let held = &taken.held;
        let _ = match request.delivery().id().unwrap() {
            "done" => inbox.finish(held).await.unwrap(),
            "dead" => inbox.bury(held, REASON).await.unwrap(),
            "waiting" => inbox.fail_until(held, HOUR, "busy").await.unwrap(),
            _ => continue,
        };
    }
}

fn entry(event: &str, endpoint: &str, age: Duration) -> Entry {
    let secret = || Secret::new(SECRET).unwrap();
    let body = body(event);
    let signer = Signer::<XWebhookSignature>::new(secret()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret()).unwrap();
    let verifier = verifier.endpoint(endpoint.to_owned());
    let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
    let received_at = SystemTime::now() - age;
    let request = StoredRequest::new("/hooks", verified.to_stored(&headers, received_at));
    let request = request.content_type(Some("application/json"));
    Entry::new(IdempotencyKey::of(&verified), request)
}

/// Returns the body of an event. A shell would read each of them otherwise than it is meant; that
/// of `dead` has two lines.
pub(crate) fn body(event: &str) -> String {
    let end = if event == "dead" { "\n" } else { "" };
    format!(r#"{{"id":"{event}","type":"user.{event}","data":{{"name":"O'Hara $HOME Zoë"}}}}{end}"#)
}

const HOUR: Duration = Duration::from_secs(3600);
