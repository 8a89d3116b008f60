//! Closures that answer requests without a signature.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use bytes::Bytes;
use countersign::{
    Answer, Rejection, Secret, Verifier,
    adapter::Verifiers,
    error::Reason,
    providers::{GitHub, HandshakeAnswer, XWebhookSignature},
    request::UnsignedRequest,
    tower::{RequestBody, ResponseBody, VerifyLayer},
};
use countersign_tests::Logs;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, ServiceExt, service_fn};

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

fn github() -> Verifier<GitHub> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

/// Sends a request to a service behind the layer, which must not be called.
async fn send(
    verifiers: impl Verifiers,
    request: http::request::Builder,
    body: &'static str,
) -> Response<ResponseBody<Full<Bytes>>> {
    let never = service_fn(async |_: Request<RequestBody>| -> Result<_, Infallible> {
        panic!("the service was called")
    });
    let service = VerifyLayer::new(verifiers).layer(never);
    service.oneshot(request.body(Full::<Bytes>::from(body)).unwrap()).await.unwrap()
}

async fn text(response: Response<ResponseBody<Full<Bytes>>>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn repeats_a_token_in_a_header_with_fields_that_make_it_harmless() {
    let verifier = verifier().answer_unsigned(|request| {
        let token = request.head().header("x-hook-secret")?;
        HandshakeAnswer::in_header("X-Hook-Secret", token).map(Answer::from)
    });
    let request = Request::post("/").header("X-Hook-Secret", "b537207f");
    let response = send(verifier.clone(), request, "{}").await;
    assert_eq!(response.status(), 200);
    for (name, value) in [
        ("x-hook-secret", "b537207f"),
        ("content-type", "text/plain"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    let rejection = response.extensions().get::<Rejection>().unwrap();
    assert!(matches!(rejection.reason(), Reason::Handshake(_)));
    assert!(!format!("{rejection:?}").contains("b537207f"), "{rejection:?}");
    assert!(text(response).await.is_empty());

    let request = Request::post("/").header("X-Hook-Secret", "<script>");
    let response = send(verifier, request, "{}").await;
    assert_eq!(response.status(), 401);
    assert!(!response.headers().contains_key("x-hook-secret"));
}

#[tokio::test]
async fn shows_the_closure_the_path_the_host_and_the_body() {
    let verifier = verifier().answer_unsigned(|request| {
        let head = request.head();
        let told = (head.path(), head.host(), request.body());
        (told == ("/hooks/acme", Some("example.org"), b"{\"a\":1}")).then_some(Answer::text("yes"))
    });
    let request = || Request::post("/hooks/acme").header("Host", "example.org");
    assert_eq!(text(send(verifier.clone(), request(), r#"{"a":1}"#).await).await, "yes");
    assert_eq!(send(verifier, request(), r#"{"a":2}"#).await.status(), 401);
}

#[tokio::test]
async fn the_first_closure_of_several_that_answers_decides() {
    let first = github().answer_unsigned(|request| {
        (request.body() == b"for both").then_some(Answer::text("first"))
    });
    let second = verifier().answer_unsigned(|_| Some(Answer::text("second")));
    let both = (first, (github().header("X-Other").unwrap(), second));
    for (body, expected) in [("for both", "first"), ("for one", "second")] {
        assert_eq!(text(send(both.clone(), Request::post("/"), body).await).await, expected);
    }
}

#[tokio::test]
async fn is_not_called_for_a_request_with_a_signature_header() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let closure = move |_: &UnsignedRequest<'_>| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some(Answer::text(""))
    };
    let verifier = verifier().answer_unsigned(closure);
    let zeros = "0".repeat(64);
    for value in ["", "x", &zeros] {
        let request = Request::post("/").header("X-Webhook-Signature", value);
        assert_eq!(send(verifier.clone(), request, "").await.status(), 401);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(send(verifier, Request::post("/"), "").await.status(), 200);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn an_answer_is_not_logged_as_a_rejection() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let verifier = verifier().answer_unsigned(|request| {
        HandshakeAnswer::in_body(str::from_utf8(request.body()).ok()?).map(Answer::from)
    });
    let logs = |body| {
        let send = send(verifier.clone(), Request::post("/hooks"), body);
        Logs::of(|| runtime.block_on(send)).1
    };
    let answered = logs("abc123");
    assert!(answered.contains("DEBUG countersign::handshake"), "{answered}");
    assert!(answered.contains("path=\"/hooks\""), "{answered}");
    for hidden in ["abc123", "WARN", "rejected"] {
        assert!(!answered.contains(hidden), "{answered}");
    }
    let refused = logs("a b");
    assert!(refused.contains(" WARN countersign::rejection"), "{refused}");
}

/// A body that sends one chunk, if it has one, and never ends.
struct Endless(Option<Bytes>);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.take().map_or(Poll::Pending, |chunk| Poll::Ready(Some(Ok(Frame::data(chunk)))))
    }
}

static CHUNK: [u8; 4097] = [b'x'; 4097];

#[tokio::test(start_paused = true)]
async fn keeps_at_most_4_kib_and_nothing_without_a_closure() {
    let closure = verifier().answer_unsigned(|_| None);
    for (verifier, length, is_kept) in [
        (closure.clone(), 4096, true),
        (closure, 4097, false),
        (verifier(), 1, false),
        (verifier(), 4096, false),
    ] {
        let body = Endless(Some(Bytes::from_static(&CHUNK[..length])));
        let inner = service_fn(async |_: Request<RequestBody>| {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let mut service = VerifyLayer::new(verifier).layer(inner);
        let mut response = pin!(service.call(Request::post("/").body(body).unwrap()));
        let mut context = Context::from_waker(Waker::noop());
        let counted =
            measure(|| assert!(response.as_mut().poll(&mut context).is_pending())).bytes_current;
        assert_eq!(counted >= 4096, is_kept, "{length} bytes: {counted} are kept");
    }
}
