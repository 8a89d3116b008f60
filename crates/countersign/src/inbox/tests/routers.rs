//! Routers and extractors of axum as handlers.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    http::{Request, StatusCode},
    routing::post,
};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;
use crate::{
    EventData, FromLayer, VerifiedBody, Webhook, axum::Events, providers::x_webhook_signature::flat,
};

fn delivery(path: &str, body: &str) -> Request<Body> {
    let signer = Signer::<P>::new(Secret::new("secret").unwrap()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let request = Request::post(path).header("Content-Type", "application/json");
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    request.body(Body::from(body.to_owned())).unwrap()
}

/// Accepts a delivery, and lets a worker handle it until its row is settled.
async fn handled(router: Router, path: &str, body: &str) -> (StatusCode, Row) {
    let inbox = inbox();
    let (accept, worker) = inbox.split(&verifier(), router);
    let app: Router = Router::new().route_service("/{*path}", accept);
    let response = app.oneshot(delivery(path, body)).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(worker.run_until(async { _ = stopped.await }));
    let row = settled(&inbox, &[State::Done, State::Dead]).await.remove(0);
    stop.send(()).unwrap();
    task.await.unwrap();
    (response.status(), row)
}

#[tokio::test]
async fn the_extractors_of_axum_work_in_a_worker() {
    async fn on_event(
        attempt: Attempt,
        FromLayer(webhook): FromLayer<Webhook<flat::Event>>,
        FromLayer(body): FromLayer<VerifiedBody<P>>,
        Json(json): Json<Value>,
    ) -> StatusCode {
        assert_eq!((attempt.number(), webhook.id().as_deref()), (1, Some("evt_1")));
        assert_eq!(body.0.bytes(), CREATED.as_bytes());
        assert_eq!(json["data"]["id"], "u_1");
        StatusCode::NO_CONTENT
    }

    let router = Router::new().route("/webhooks", post(on_event));
    let (status, row) = handled(router, "/webhooks", CREATED).await;
    assert_eq!((status, row.state), (StatusCode::OK, State::Done), "{row:?}");
}

#[tokio::test]
async fn one_handler_for_each_type_works_in_a_worker() {
    async fn on_created(EventData(data): EventData<Value>, bytes: Bytes) -> StatusCode {
        assert_eq!((&data["id"], &*bytes), (&Value::from("u_1"), CREATED.as_bytes()));
        StatusCode::OK
    }

    let events = Events::new(&verifier()).on("user.created", on_created).with_state(());
    let router = Router::new().route_service("/webhooks", events);
    let (_, row) = handled(router, "/webhooks", CREATED).await;
    assert_eq!(row.state, State::Done, "{row:?}");
}

#[tokio::test]
async fn a_body_of_another_shape_is_dead_at_once() {
    async fn on_event(_: FromLayer<Webhook<flat::Event>>) {}

    let router = Router::new().route("/webhooks", post(on_event));
    let (status, row) = handled(router, "/webhooks", r#"{"id":"1","type":7}"#).await;
    assert_eq!((status, row.state), (StatusCode::OK, State::Dead));
    assert_eq!((row.attempts, row.last_reason.as_deref()), (1, Some("answered 422")));
}

#[tokio::test]
async fn a_large_body_is_handled_as_it_was_accepted() {
    async fn on_event(bytes: Bytes) -> StatusCode {
        assert_eq!(bytes.len(), 3 * 1024 * 1024);
        StatusCode::OK
    }

    let inbox = inbox();
    let verifier = verifier().body_limit(4 * 1024 * 1024);
    let (accept, worker) = inbox.split(&verifier, Router::new().route("/webhooks", post(on_event)));
    let app: Router = Router::new().route_service("/webhooks", accept);
    let response = app.oneshot(delivery("/webhooks", &"x".repeat(3 * 1024 * 1024))).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(worker.run_until(async { _ = stopped.await }));
    let rows = settled(&inbox, &[State::Done, State::Dead]).await;
    stop.send(()).unwrap();
    task.await.unwrap();
    assert_eq!(rows[0].state, State::Done, "{rows:?}");
}

#[tokio::test]
async fn an_attempt_outside_of_a_worker_is_a_mistake() {
    let app: Router = Router::new()
        .route("/", post(async |_: Attempt| ()))
        .route("/both", post(async |attempt: Option<Attempt>| assert!(attempt.is_none())));
    let response = app.clone().oneshot(delivery("/", "{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let response = app.oneshot(delivery("/both", "{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
