//! Two verifiers with one endpoint name: this mistake loses events, and must not leak secrets.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::error::Error;

use axum::{
    Router, body::Body, extract::FromRef, http::Request, response::Response, routing::post,
};
use countersign::{
    Secret, Secrets, VerifiedBody, Verifier,
    idempotency::{FirstDelivery, Idempotency, MemoryStore},
    providers::XWebhookSignature,
    request::RequestHead,
    tenants::{SecretSource, Tenants},
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_tests::{Logs, signature};
use http_body_util::BodyExt;
use tower::{ServiceBuilder, ServiceExt};

type Webhooks = Verifier<XWebhookSignature>;

fn secret(name: &str) -> Secret {
    Secret::new(name).unwrap()
}

fn verifier(name: &str) -> Webhooks {
    Verifier::new(secret(name)).unwrap()
}

/// One store that keeps answers, for all receivers of a test.
fn idempotency() -> Idempotency {
    Idempotency::new(MemoryStore::new()).replay_answers_up_to(100)
}

/// A receiver behind the layers, with a private answer.
fn layered(verifier: Webhooks, idempotency: &Idempotency, answer: &'static str) -> Router {
    let once = IdempotencyLayer::new(&verifier, idempotency.clone());
    let layers = ServiceBuilder::new().layer(VerifyLayer::new(verifier)).layer(once);
    Router::new().route("/{tenant}", post(move || async move { answer })).route_layer(layers)
}

#[derive(Clone, FromRef)]
struct App {
    verifier: Webhooks,
    idempotency: Idempotency,
}

/// A receiver with the extractor.
fn extracting(verifier: Webhooks, idempotency: &Idempotency) -> Router {
    async fn handle(fresh: FirstDelivery<VerifiedBody<XWebhookSignature>>) -> &'static str {
        let _ = fresh.claimed.complete().await;
        "extracted"
    }
    let state = App { verifier, idempotency: idempotency.clone() };
    Router::new().route("/{tenant}", post(handle)).with_state(state)
}

fn event(data: u8) -> String {
    format!(r#"{{"id":"evt_1","type":"payment.succeeded","data":{data}}}"#)
}

async fn deliver(app: &Router, secret: &str, body: &str) -> (u16, String) {
    deliver_to(app, "acme", secret, body).await
}

async fn deliver_to(app: &Router, tenant: &str, secret: &str, body: &str) -> (u16, String) {
    let request = Request::post(format!("/{tenant}"))
        .header("X-Webhook-Signature", signature(secret, body))
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response: Response = app.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Runs the future on one thread, and returns the log lines of this level.
fn lines(level: &str, run: impl Future<Output = ()>) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ((), logs) = Logs::of(|| runtime.block_on(run));
    for hidden in ["secret of one", "secret of another", "private"] {
        assert!(!logs.contains(hidden), "{hidden} in {logs}");
    }
    logs.lines().filter(|line| line.contains(level)).map(str::to_owned).collect()
}

const DUPLICATE: &str = r#"{"duplicate":true}"#;

#[test]
fn gives_no_kept_answer_to_other_bytes() {
    let warnings = lines("WARN", async {
        let idempotency = idempotency();
        let one = layered(verifier("secret of one"), &idempotency, "private");
        let another = layered(verifier("secret of another"), &idempotency, "another's");
        let extractor = extracting(verifier("secret of another"), &idempotency);
        let handled = (200, "private".to_owned());
        assert_eq!(deliver(&one, "secret of one", &event(1)).await, handled);
        assert_eq!(deliver(&one, "secret of one", &event(1)).await, handled);
        for app in [&another, &extractor] {
            let plain = (200, DUPLICATE.to_owned());
            assert_eq!(deliver(app, "secret of another", &event(2)).await, plain);
        }
        // The receiver that gave this answer still repeats it.
        assert_eq!(deliver(&one, "secret of one", &event(1)).await, handled);
    });
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for line in warnings {
        assert!(line.contains("countersign::idempotency"), "{line}");
        assert!(line.contains(r#"endpoint="x-webhook-signature""#), "{line}");
        assert!(line.contains("other bytes"), "{line}");
    }
}

#[test]
fn reports_once_an_endpoint_of_two_verifiers_without_a_common_secret() {
    let errors = lines("ERROR", async {
        let idempotency = idempotency();
        let one = layered(verifier("secret of one"), &idempotency, "one");
        let another = layered(verifier("secret of another"), &idempotency, "another");
        for _ in 0..3 {
            deliver(&one, "secret of one", &event(1)).await;
            deliver(&another, "secret of another", &event(1)).await;
        }
    });
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("countersign::idempotency"), "{errors:?}");
    assert!(errors[0].contains(r#"endpoint="x-webhook-signature""#), "{errors:?}");
    assert!(errors[0].contains("Verifier::endpoint"), "{errors:?}");
}

#[test]
fn reports_it_as_soon_as_the_layers_are_made() {
    let errors = lines("ERROR", async {
        let idempotency = idempotency();
        let github = Verifier::<countersign::providers::GitHub>::new(secret("unused")).unwrap();
        let _ = IdempotencyLayer::new(&(verifier("secret of one"), github), idempotency.clone());
        let _ = IdempotencyLayer::new(&verifier("secret of another"), idempotency);
    });
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn reports_it_with_extractors_only() {
    let errors = lines("ERROR", async {
        let idempotency = idempotency();
        let one = extracting(verifier("secret of one"), &idempotency);
        let another = extracting(verifier("secret of another"), &idempotency);
        for _ in 0..2 {
            deliver(&one, "secret of one", &event(1)).await;
            deliver(&another, "secret of another", &event(1)).await;
        }
    });
    assert_eq!(errors.len(), 1, "{errors:?}");
}

#[test]
fn does_not_report_workers_rotations_and_different_names() {
    let errors = lines("ERROR", async {
        // A factory makes one verifier for each worker.
        let shared = idempotency();
        for _ in 0..3 {
            let worker = layered(verifier("secret of one"), &shared, "one");
            deliver(&worker, "secret of one", &event(1)).await;
        }
        // A reload retires the former secret.
        let rotated = Secrets::new(secret("secret of another"));
        let rotated = rotated.with_retired(secret("secret of one")).unwrap();
        let reloaded = layered(Verifier::new(rotated).unwrap(), &shared, "one");
        deliver(&reloaded, "secret of another", &event(2)).await;

        // The secret of one verifier is replaced without an overlap.
        let (replaced, shared) = (verifier("secret of one"), idempotency());
        let app = layered(replaced.clone(), &shared, "one");
        deliver(&app, "secret of one", &event(1)).await;
        replaced.replace_secrets(secret("secret of another")).unwrap();
        deliver(&app, "secret of another", &event(2)).await;

        // These names come from a configuration.
        let shared = idempotency();
        for name in ["one", "another"] {
            let secret = format!("secret of {name}");
            let named = verifier(&secret).endpoint(format!("customer-{name}"));
            assert_eq!(named.get_endpoint(), format!("customer-{name}"));
            let app = layered(named, &shared, "ok");
            // The delivery is not a duplicate of the other name's.
            assert_eq!(deliver(&app, &secret, &event(1)).await, (200, "ok".to_owned()));
        }
    });
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn does_not_report_tenants_whose_secrets_differ() {
    struct Customers;

    impl SecretSource for Customers {
        fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
            request.last_segment().map(str::to_owned)
        }

        async fn secrets(
            &self,
            tenant: &str,
        ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
            Ok(Some(Secret::new(format!("secret of {tenant}"))?.into()))
        }
    }

    let errors = lines("ERROR", async {
        let shared = idempotency();
        let verifier = Verifier::per_tenant(Tenants::new(Customers));
        let app = layered(verifier.clone(), &shared, "ok");
        for tenant in ["one", "another"] {
            let secret = format!("secret of {tenant}");
            let answer = deliver_to(&app, tenant, &secret, &event(1)).await;
            assert_eq!(answer, (200, "ok".to_owned()));
            // A delivery from a queue has the same key as before, and never the key of another
            // tenant.
            let of_tenant = verifier.of_tenant(tenant).await.unwrap().unwrap();
            let queued = layered(of_tenant, &shared, "again");
            let again = deliver_to(&queued, tenant, &secret, &event(1)).await;
            assert_eq!(again, (200, "ok".to_owned()));
        }
    });
    assert!(errors.is_empty(), "{errors:?}");
}
