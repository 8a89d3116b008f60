//! Services of tower as handlers.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tower::{ServiceExt as _, service_fn};

use super::*;
use crate::tower::RequestBody;

fn delivery<Q: crate::Provider>(body: &str) -> Request<Full<Bytes>> {
    let signer = Signer::<Q>::new(Secret::new("secret").unwrap()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let mut request = Request::post("/hooks/in?token=1").header("Content-Type", "application/json");
    for (name, value) in headers.iter() {
        request = request.header(name, value);
    }
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    request.header("traceparent", trace).body(Full::from(body.to_owned())).unwrap()
}

async fn text(response: Response<impl http_body::Body<Data = Bytes, Error = Infallible>>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn answers_after_the_commit_and_calls_the_service_later() {
    // The `Retry-After` of the first answer is shorter.
    let inbox = inbox().retries(Retries::after([Duration::from_secs(3600)]));
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
            sink.lock().unwrap().push((attempt, parts.uri.to_string(), body, proof, trace, json));
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
async fn a_retry_after_is_honoured_up_to_a_day() {
    let inbox = inbox();
    let handler = service_fn(|_: Request<RequestBody>| async {
        let response = Response::builder().status(503).header("Retry-After", "99999999999");
        Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
    });
    let (accept, worker) = inbox.split(&verifier(), handler);
    accept.oneshot(delivery::<P>(CREATED)).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(worker.run_until(async { _ = stopped.await }));
    let row = loop {
        let row = rows(&inbox).await.remove(0);
        if row.attempts >= 1 && row.state != State::Running {
            break row;
        }
        tokio::task::yield_now().await;
    };
    stop.send(()).unwrap();
    task.await.unwrap();
    let day = Duration::from_secs(24 * 60 * 60);
    let wait = row.due_at.unwrap().duration_since(std::time::SystemTime::now()).unwrap();
    // An hour for a busy machine, and for the difference of two clocks.
    assert!((day - Duration::from_secs(3600)..=day + Duration::from_secs(60)).contains(&wait));
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
