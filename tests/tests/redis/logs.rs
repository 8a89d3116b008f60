//! Log lines about a server that fails: each cause has its own line.

use axum::{Router, body::Body, routing::post};
use countersign::{
    Secret, Verifier,
    idempotency::Idempotency,
    providers::XWebhookSignature,
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_redis::{
    RedisStore, connection_settings,
    redis::{Client, aio::ConnectionManager},
};
use countersign_tests::{Logs, Redis, signature};
use http::Request;
use tower::ServiceExt;

use crate::Outcome;

const BODY: &str = r#"{"id":"evt_4242","type":"user.created","data":{}}"#;

/// Returns the log lines of a delivery to a receiver that connects with this URL.
fn logged(url: &str) -> String {
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (status, logs) = Logs::of(|| {
        runtime.block_on(async {
            let (client, settings) = (Client::open(url).unwrap(), connection_settings());
            let connection = ConnectionManager::new_lazy_with_config(client, settings).unwrap();
            let idempotency = Idempotency::new(RedisStore::new(connection));
            let app: Router = Router::new()
                .route("/", post(|| async {}))
                .route_layer(IdempotencyLayer::new(&verifier, idempotency))
                .route_layer(VerifyLayer::new(verifier));
            let request = Request::post("/")
                .header("X-Webhook-Signature", signature("secret", BODY))
                .body(Body::from(BODY))
                .unwrap();
            let Ok(response) = app.oneshot(request).await;
            response.status().as_u16()
        })
    });
    assert_eq!(status, 503, "{logs}");
    assert!(!logs.contains("hunter2"), "{logs}");
    logs
}

#[test]
fn each_failure_of_the_server_has_a_line_with_its_cause() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let url = redis.url();
    let cause = |url: &str, cause: &str| {
        let logs = logged(url);
        let line = logs.lines().find(|line| line.contains(" WARN countersign::idempotency: "));
        assert!(line.is_some_and(|line| line.contains(cause)), "{cause} is not in {logs}");
    };
    redis.execute(["ACL", "SETUSER", "webhooks", "on", ">right", "~*", "+@all"])?;
    cause(&format!("{url}?user=webhooks&pass=hunter2"), "AuthenticationFailed");
    redis.execute(["ACL", "SETUSER", "reader", "on", ">right", "~*", "+@read"])?;
    cause(&format!("{url}?user=reader&pass=right"), "NoPerm");
    redis.execute(["REPLICAOF", "127.0.0.1", "1"])?;
    cause(&url, "ReadOnly");
    redis.stop()?;
    cause(&url, "No such file or directory");
    Ok(())
}
