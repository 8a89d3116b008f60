//! Services inside of the layer: a delivery waits for them, and takes their permits, only after it
//! is verified.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::error_handling::HandleErrorLayer;
use bytes::Bytes;
use countersign::{
    Secret, Verifier,
    idempotency::{Idempotency, MemoryStore},
    providers::XWebhookSignature,
    tower::{IdempotencyLayer, RequestBody, VerifyLayer},
};
use countersign_tests::{Logs, signature};
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::Full;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tower::{
    BoxError, Layer, Service, ServiceBuilder, ServiceExt, limit::GlobalConcurrencyLimitLayer,
    service_fn,
};

type Answer = Response<axum::body::Body>;

/// A body whose chunks the test sends.
struct Upload(mpsc::Receiver<Bytes>);

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
    }
}

/// A signed delivery whose body was not sent yet.
struct Pending {
    body: String,
    sender: mpsc::Sender<Bytes>,
}

impl Pending {
    fn new(id: &str) -> (Self, Request<Upload>) {
        let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{}}}}"#);
        let (sender, receiver) = mpsc::channel(1);
        let request = Request::post("/")
            .header("X-Webhook-Signature", signature("secret", &body))
            .body(Upload(receiver))
            .unwrap();
        (Self { body, sender }, request)
    }

    /// Sends the whole body.
    fn send(self) {
        self.sender.try_send(self.body.into()).unwrap();
    }
}

fn signed(id: &str) -> Request<Upload> {
    let (pending, request) = Pending::new(id);
    pending.send();
    request
}

fn forged() -> Request<Upload> {
    let (pending, request) = Pending::new("evt_forged");
    pending.sender.try_send("other bytes".into()).unwrap();
    request
}

fn layer() -> VerifyLayer<Verifier<XWebhookSignature>> {
    VerifyLayer::new(Verifier::new(Secret::new("secret").unwrap()).unwrap())
}

async fn handle(_: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

async fn overloaded(_: BoxError) -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

/// Polls a future once, and returns whether it is pending.
async fn is_pending<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

/// Returns the status of an answer that must arrive before the clock moves.
async fn status<T, E: std::fmt::Debug>(
    answer: impl Future<Output = Result<Response<T>, E>>,
) -> u16 {
    // The paused clock moves only when no task has anything else to do.
    let answer = tokio::time::timeout(Duration::from_secs(1), answer).await;
    let Ok(answer) = answer else { panic!("the delivery is held up") };
    answer.unwrap().status().as_u16()
}

/// Sends a genuine delivery while the bodies of three other deliveries are incomplete.
async fn delivers_during_uploads<S, R>(service: S)
where
    S: Service<Request<Upload>, Response = Response<R>> + Clone,
    S::Error: std::fmt::Debug,
{
    let (uploads, requests): (Vec<_>, Vec<_>) =
        ["a", "b", "c"].into_iter().map(Pending::new).unzip();
    let mut answers: Vec<_> =
        requests.into_iter().map(|request| Box::pin(service.clone().oneshot(request))).collect();
    for answer in &mut answers {
        assert!(is_pending(answer.as_mut()).await);
    }
    assert_eq!(status(service.oneshot(signed("evt_1"))).await, 200);
    for (upload, mut answer) in uploads.into_iter().zip(answers) {
        assert!(is_pending(answer.as_mut()).await);
        upload.send();
        assert_eq!(status(answer).await, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn unverified_uploads_hold_no_permit_of_an_inner_limit() {
    let service = ServiceBuilder::new().layer(layer()).concurrency_limit(1).service_fn(handle);
    delivers_during_uploads(service).await;
}

#[tokio::test(start_paused = true)]
async fn unverified_uploads_hold_no_place_in_an_inner_buffer() {
    let service =
        ServiceBuilder::new().layer(layer()).buffer(1).concurrency_limit(1).service_fn(handle);
    delivers_during_uploads(service).await;
}

#[tokio::test(start_paused = true)]
async fn unverified_uploads_do_not_block_an_outer_buffer() {
    let service = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .buffer(4)
        .layer(layer())
        .concurrency_limit(1)
        .service_fn(handle);
    delivers_during_uploads(service).await;
}

#[tokio::test(start_paused = true)]
async fn load_shedding_inside_sheds_verified_deliveries_only() {
    let (sender, receiver) = oneshot::channel::<()>();
    let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
    let slow = service_fn(move |_: Request<RequestBody>| {
        let receiver = receiver.clone();
        async move {
            (&mut *receiver.lock().await).await.unwrap();
            Ok::<_, Infallible>(Answer::default())
        }
    });
    let service =
        ServiceBuilder::new().layer(layer()).load_shed().concurrency_limit(1).service(slow);
    let deliver = |request| service.clone().oneshot(request);

    let (_upload, request) = Pending::new("evt_0");
    let mut upload = pin!(deliver(request));
    assert!(is_pending(upload.as_mut()).await);
    // This delivery takes the only permit, although it begins later.
    let mut first = pin!(deliver(signed("evt_1")));
    assert!(is_pending(first.as_mut()).await);

    assert_eq!(status(deliver(forged())).await, 401);
    let shed = deliver(signed("evt_2")).await.unwrap_err();
    assert!(shed.is::<tower::load_shed::error::Overloaded>(), "{shed}");
    sender.send(()).unwrap();
    assert_eq!(status(first).await, 200);
}

#[tokio::test]
async fn an_inner_service_that_fails_to_become_ready_fails_the_call() {
    #[derive(Clone)]
    struct Failing;
    impl Service<Request<RequestBody>> for Failing {
        type Response = Answer;
        type Error = &'static str;
        type Future = std::future::Ready<Result<Answer, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Err("out of order"))
        }

        fn call(&mut self, _: Request<RequestBody>) -> Self::Future {
            unreachable!("it was never ready")
        }
    }
    let service = layer().layer(Failing);
    assert_eq!(service.clone().oneshot(signed("evt_1")).await.unwrap_err(), "out of order");
    // Only a verified delivery polls the inner service.
    assert_eq!(service.oneshot(forged()).await.unwrap().status(), 401);
}

#[tokio::test(start_paused = true)]
async fn the_span_of_a_delivery_does_not_include_the_wait_for_the_inner_service() {
    let permits = Arc::new(Semaphore::new(0));
    let limit = GlobalConcurrencyLimitLayer::with_semaphore(permits.clone());
    let service = ServiceBuilder::new().layer(layer()).layer(limit).service_fn(handle);
    let mut waiting = pin!(service.oneshot(signed("evt_1")));

    let (answer, logs) = Logs::of_closed_spans(|| waiting.as_mut().now_or_never());
    assert!(answer.is_none() && logs.contains("outcome=\"accepted\""), "{logs}");
    let closed = logs.lines().filter(|line| line.contains(": countersign::delivery: close "));
    assert_eq!(closed.count(), 1, "{logs}");

    permits.add_permits(1);
    assert_eq!(status(waiting).await, 200);
}

#[tokio::test(start_paused = true)]
async fn no_event_is_claimed_while_its_delivery_waits_for_the_inner_service() {
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let once = IdempotencyLayer::new(&verifier, Idempotency::new(MemoryStore::new()));
    let layers = ServiceBuilder::new().layer(VerifyLayer::new(verifier)).layer(once);
    let other_instance = layers.clone().service_fn(handle);

    let (sender, receiver) = oneshot::channel::<()>();
    let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
    let slow = service_fn(move |_: Request<RequestBody>| {
        let receiver = receiver.clone();
        async move {
            // The second call finds the channel used up.
            let mut receiver = receiver.lock().await;
            if !receiver.is_terminated() {
                (&mut *receiver).await.unwrap();
            }
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        }
    });
    let limited = layers.concurrency_limit(1).service(slow);

    let mut first = pin!(limited.clone().oneshot(signed("evt_1")));
    assert!(is_pending(first.as_mut()).await);
    let mut waiting = pin!(limited.oneshot(signed("evt_2")));
    assert!(is_pending(waiting.as_mut()).await);

    // The first event is claimed. The event that waits is not, so that another instance can handle
    // it.
    let duplicate = other_instance.clone().oneshot(signed("evt_1")).await.unwrap();
    assert!(!duplicate.status().is_success(), "{}", duplicate.status());
    let handled = other_instance.oneshot(signed("evt_2")).await.unwrap();
    assert_eq!(
        (handled.status(), handled.headers().get("idempotent-replayed")),
        (StatusCode::OK, None)
    );

    sender.send(()).unwrap();
    assert_eq!(status(first).await, 200);
    let replayed = waiting.await.unwrap();
    assert_eq!(replayed.headers()["idempotent-replayed"], "true");
}
