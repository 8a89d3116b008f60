//! Tests of the front and the worker, on an engine in memory.

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use countersign_core::{
    Secret, Signer, Verifier,
    providers::{Slack, XWebhookSignature},
};
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use super::{
    Attempt, Failure, Filter, Inbox, InboxHistory as _, Object, Outcome, Received, Retries, Row,
    State, conformance::MemoryInbox,
};
use crate::{Rejection, Verified, error::Reason};

type P = XWebhookSignature;

fn verifier() -> Verifier<P> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

fn inbox() -> Inbox<MemoryInbox> {
    Inbox::new(MemoryInbox::default())
        .retries(Retries::after([Duration::ZERO, Duration::ZERO]))
        .poll_interval(Duration::from_millis(5))
        .stop_deadline(Duration::from_millis(50))
}

async fn accept(inbox: &Inbox<MemoryInbox>, body: &str) -> Result<(), Rejection> {
    let headers = Signer::<P>::new(Secret::new("secret").unwrap()).unwrap().sign(body.as_bytes());
    let headers = headers.unwrap();
    let verified = verifier().verify(&headers, body.as_bytes()).unwrap();
    inbox.accept(&verified, &headers, "/webhooks").await
}

/// A worker that runs until this is dropped or stopped.
struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn run<F, T>(inbox: &Inbox<MemoryInbox>, handler: F) -> Running
where
    F: Fn(Received<Verified<P>>) -> T + Send + Sync + 'static,
    T: Future<Output = Result<(), Failure>> + Send + 'static,
{
    let (stop, stopped) = oneshot::channel();
    let worker = inbox.worker(&verifier(), handler);
    Running { stop, task: tokio::spawn(worker.run_until(async { _ = stopped.await })) }
}

impl Running {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(Duration::from_secs(10), self.task).await.unwrap().unwrap();
    }
}

async fn rows(inbox: &Inbox<MemoryInbox>) -> Vec<Row> {
    inbox.engine().list(&Filter::new()).await.unwrap()
}

/// Waits until each row is in one of these states.
async fn settled(inbox: &Inbox<MemoryInbox>, states: &[State]) -> Vec<Row> {
    for _ in 0..2000 {
        let rows = rows(inbox).await;
        if rows.iter().all(|row| states.contains(&row.state)) {
            return rows;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?}", rows(inbox).await);
}

const CREATED: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

#[tokio::test]
async fn keeps_a_delivery_once_and_handles_it_later() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let duplicate = accept(&inbox, CREATED).await.unwrap_err();
    assert!(matches!(duplicate.reason(), Reason::Duplicate { .. }));
    assert_eq!(duplicate.status(), 200);

    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        let sink = Arc::clone(&sink);
        async move {
            let seen = (delivery.verified.bytes().to_vec(), delivery.attempt.number());
            sink.lock().unwrap().push(seen);
            assert_eq!(delivery.request.path(), "/webhooks");
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(*seen.lock().unwrap(), [(CREATED.as_bytes().to_vec(), 1)]);
    // Done rows are the memory for duplicates.
    assert_eq!(accept(&inbox, CREATED).await.unwrap_err().status(), 200);
}

#[tokio::test]
async fn tries_again_and_buries_after_the_last_attempt() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let running = run(&inbox, move |_| {
        count.fetch_add(1, Relaxed);
        async { Err(Failure::retry("the mail server is away")) }
    });
    let rows = settled(&inbox, &[State::Dead]).await;
    running.stop().await;
    assert_eq!(attempts.load(Relaxed), 3);
    assert_eq!(rows[0].attempts, 3);
    assert_eq!(rows[0].last_reason.as_deref(), Some("the mail server is away"));
}

#[tokio::test]
async fn buries_bad_data_at_once() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |_| async { Err(Failure::dead("no such user")) });
    let rows = settled(&inbox, &[State::Dead]).await;
    running.stop().await;
    assert_eq!(rows[0].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_deadline_are_failed_attempts() {
    let inbox = inbox().handler_deadline(Duration::from_millis(20));
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |delivery: Received<Verified<P>>| async move {
        match delivery.attempt.number() {
            1 => panic!("a bug"),
            2 => std::future::pending().await,
            _ => Ok(()),
        }
    });
    let rows = settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(rows[0].attempts, 3);
    let details = inbox.engine().get(rows[0].id).await.unwrap().unwrap();
    let reasons: Vec<_> = details.attempts.iter().map(|ended| ended.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("the handler panicked"), Some("no answer within 20ms"), None]);
}

#[tokio::test(start_paused = true)]
async fn holds_the_lease_while_the_handler_works() {
    let inbox = inbox().lease(Duration::from_millis(30));
    accept(&inbox, CREATED).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        count.fetch_add(1, Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(!delivery.attempt.is_lease_lost());
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(attempts.load(Relaxed), 1);
}

#[tokio::test]
async fn a_stop_puts_back_what_is_running_and_does_not_count_it() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let (began, begun) = oneshot::channel();
    let began = Mutex::new(Some(began));
    let running = run(&inbox, move |_| {
        began.lock().unwrap().take().unwrap().send(()).unwrap();
        std::future::pending()
    });
    begun.await.unwrap();
    running.stop().await;
    let row = &rows(&inbox).await[0];
    assert_eq!((row.state, row.attempts), (State::Waiting, 0));
}

#[tokio::test]
async fn keeps_the_order_of_an_object_and_skips_older_versions() {
    let inbox = inbox().serial_by(Object::Field("/data/order")).skip_older_by("/data/version");
    let body = |id, order, version| {
        format!(
            r#"{{"id":"{id}","type":"order.changed","data":{{"order":"{order}","version":{version}}}}}"#
        )
    };
    for (id, order, version) in [("1", "a", 2), ("2", "a", 1), ("3", "b", 1), ("4", "a", 3)] {
        accept(&inbox, &body(id, order, version)).await.unwrap();
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        let sink = Arc::clone(&sink);
        async move {
            let id = delivery.request.delivery().id().unwrap().to_owned();
            // The first attempt of the first delivery fails: the others about `a` wait.
            if id == "1" && delivery.attempt.number() == 1 {
                return Err(Failure::retry("not yet"));
            }
            sink.lock().unwrap().push(id);
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    let seen = seen.lock().unwrap();
    let of_a: Vec<_> = seen.iter().filter(|id| *id != "3").map(String::as_str).collect();
    assert_eq!(of_a, ["1", "4"]);
    assert!(seen.iter().any(|id| id == "3"));
}

#[tokio::test]
async fn works_only_on_its_own_endpoints() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let other = verifier().endpoint("other");
    let worker = inbox.worker(&other, |_| async { panic!("a delivery of another endpoint") });
    worker.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    assert_eq!(rows(&inbox).await[0].state, State::Waiting);
}

#[tokio::test]
async fn a_rotated_secret_does_not_make_a_delivery_unreadable() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let rotated = Verifier::<P>::new(Secret::new("another").unwrap()).unwrap();
    let strict = inbox.clone().verify_again().worker(&rotated, |_| async { Ok(()) });
    strict.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    let row = &rows(&inbox).await[0];
    assert_eq!(row.state, State::Dead, "{row:?}");

    assert!(inbox.engine().replay(row.id).await.unwrap());
    let lenient = inbox.worker(&rotated, |_| async { Ok(()) });
    lenient.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    assert_eq!(rows(&inbox).await[0].state, State::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_succeeds_while_it_is_stopped_is_done() {
    let inbox = inbox().handler_deadline(Duration::from_millis(20));
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |_| async {
        // Work without an `await` cannot be stopped.
        std::thread::sleep(Duration::from_millis(200));
        Ok(())
    });
    let rows = settled(&inbox, &[State::Done, State::Dead]).await;
    running.stop().await;
    assert_eq!((rows[0].state, rows[0].attempts), (State::Done, 1), "{rows:?}");
}

#[cfg(feature = "tenants")]
#[test]
#[should_panic(expected = "`Inbox::verify_again` does not work with secrets per tenant")]
fn signatures_of_tenants_cannot_be_checked_again() {
    use std::error::Error;

    use countersign_core::{
        Secrets,
        request::RequestHead,
        tenants::{SecretSource, Tenants},
    };

    struct Nobody;

    impl SecretSource for Nobody {
        fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
            None
        }

        async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
            Ok(None)
        }
    }

    let verifier = Verifier::<P>::per_tenant(Tenants::new(Nobody));
    let _ = inbox().verify_again().worker(&verifier, |_| async { Ok(()) });
}

#[test]
#[should_panic(expected = "set `Inbox::serial_by` before `skip_older_by`")]
fn a_version_without_an_object_is_a_mistake() {
    let _ = inbox().skip_older_by("/data/version");
}

#[cfg(feature = "tower")]
mod services {
    use bytes::Bytes;
    use http::{Request, Response, StatusCode};
    use http_body_util::{BodyExt as _, Full};
    use tower::{ServiceExt as _, service_fn};

    use super::*;
    use crate::tower::RequestBody;

    fn delivery<Q: crate::Provider>(body: &str) -> Request<Full<Bytes>> {
        let signer = Signer::<Q>::new(Secret::new("secret").unwrap()).unwrap();
        let headers = signer.sign(body.as_bytes()).unwrap();
        let mut request =
            Request::post("/hooks/in?token=1").header("Content-Type", "application/json");
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        request.header("traceparent", trace).body(Full::from(body.to_owned())).unwrap()
    }

    async fn text(
        response: Response<impl http_body::Body<Data = Bytes, Error = Infallible>>,
    ) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn answers_after_the_commit_and_calls_the_service_later() {
        let inbox = inbox();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let handler = service_fn(move |request: Request<RequestBody>| {
            let sink = Arc::clone(&sink);
            async move {
                let (parts, body) = request.into_parts();
                let attempt = parts.extensions.get::<Attempt>().unwrap().number();
                let proof = parts.extensions.get::<Verified<P>>().is_some();
                let body = body.collect().await.unwrap().to_bytes();
                let headers = parts.headers;
                let trace = headers.contains_key("traceparent");
                let json = headers["content-type"] == "application/json";
                sink.lock().unwrap().push((
                    attempt,
                    parts.uri.to_string(),
                    body,
                    proof,
                    trace,
                    json,
                ));
                let status = if attempt == 1 { 503 } else { 204 };
                let response = Response::builder().status(status).header("Retry-After", "0");
                Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
            }
        });
        let (accept, worker) = inbox.split(&verifier(), handler);

        let response = accept.clone().oneshot(delivery::<P>(CREATED)).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(text(response).await, super::super::RECEIVED);
        assert!(seen.lock().unwrap().is_empty());
        let response = accept.clone().oneshot(delivery::<P>(CREATED)).await.unwrap();
        assert_eq!(response.headers()["Idempotent-Replayed"], "true");
        let mut forged = delivery::<P>(CREATED);
        *forged.body_mut() = Full::from("{}");
        let response = accept.oneshot(forged).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);

        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(worker.run_until(async { _ = stopped.await }));
        settled(&inbox, &[State::Done]).await;
        stop.send(()).unwrap();
        task.await.unwrap();
        let body = Bytes::from(CREATED);
        let expected = [1, 2].map(|n| (n, "/hooks/in".to_owned(), body.clone(), true, true, true));
        assert_eq!(*seen.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn a_signed_handshake_is_answered_at_once() {
        let inbox = inbox();
        let slack = Verifier::<Slack>::new(Secret::new("secret").unwrap()).unwrap();
        let handler = service_fn(|request: Request<RequestBody>| async move {
            let proof = request.extensions().get::<Verified<Slack>>().unwrap();
            let answer = crate::providers::slack::answer_challenge(proof).unwrap();
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(answer.into_body())))
        });
        let (accept, _worker) = inbox.split(&slack, handler);
        let handshake = r#"{"type":"url_verification","challenge":"abc"}"#;
        let response = accept.clone().oneshot(delivery::<Slack>(handshake)).await.unwrap();
        assert_eq!(text(response).await, "abc");
        assert!(rows(&inbox).await.is_empty());
        let event = r#"{"type":"event_callback","event_id":"Ev1","event":{}}"#;
        let response = accept.oneshot(delivery::<Slack>(event)).await.unwrap();
        assert_eq!(text(response).await, super::super::RECEIVED);
        assert_eq!(rows(&inbox).await.len(), 1);
    }

    #[tokio::test]
    async fn the_status_decides() {
        let of = |status| Outcome::of_status(status);
        for status in [200, 204, 299] {
            assert_eq!(of(status), Outcome::Done, "{status}");
        }
        for status in [100, 302, 408, 409, 423, 425, 429, 500, 503, 599] {
            assert_eq!(of(status), Outcome::Retry, "{status}");
        }
        for status in [400, 401, 404, 410, 422] {
            assert_eq!(of(status), Outcome::Dead, "{status}");
        }
    }
}

#[cfg(all(feature = "axum", feature = "tower"))]
mod routers {
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
        EventData, FromLayer, VerifiedBody, Webhook, axum::Events,
        providers::x_webhook_signature::flat,
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
        let (accept, worker) =
            inbox.split(&verifier, Router::new().route("/webhooks", post(on_event)));
        let app: Router = Router::new().route_service("/webhooks", accept);
        let response =
            app.oneshot(delivery("/webhooks", &"x".repeat(3 * 1024 * 1024))).await.unwrap();
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
}
