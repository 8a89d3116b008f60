//! The intake of a body: the bytes that are read, the deadline, and the ways in which a body ends.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    convert::Infallible,
    error::Error,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use countersign::{
    Answer, Secret, Secrets, Verifier,
    adapter::Verifiers,
    providers::{GitHub, XWebhookSignature},
    request::RequestHead,
    tenants::{SecretSource, Tenants},
    tower::{RequestBody, ResponseBody, VerifyLayer},
};
use countersign_tests::signature;
use http::{Request, Response, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};

/// A body that counts the bytes that were read of it.
#[derive(Clone)]
struct Source {
    chunk: Bytes,
    left: usize,
    read: Arc<AtomicUsize>,
    ending: Ending,
    declared: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Proper,
    Never,
    Broken,
}

impl Source {
    fn new(chunk: impl Into<Bytes>, count: usize, ending: Ending) -> Self {
        Self { chunk: chunk.into(), left: count, read: Arc::default(), ending, declared: None }
    }

    fn read(&self) -> usize {
        self.read.load(Ordering::Relaxed)
    }

    /// Returns whether the clone that was sent still exists.
    fn is_kept(&self) -> bool {
        Arc::strong_count(&self.read) > 1
    }
}

impl Body for Source {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left > 0 {
            self.left -= 1;
            self.read.fetch_add(self.chunk.len(), Ordering::Relaxed);
            return Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))));
        }
        match self.ending {
            Ending::Proper => Poll::Ready(None),
            Ending::Never => Poll::Pending,
            Ending::Broken => Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into()))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.declared.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A directory of tenants that fails at each lookup.
struct Unreachable;

impl SecretSource for Unreachable {
    fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
        Some("acme".to_owned())
    }

    async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        Err("unreachable".into())
    }
}

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

async fn send(
    verifiers: impl Verifiers,
    request: http::request::Builder,
    body: Source,
) -> Response<ResponseBody<Full<Bytes>>> {
    let length = service_fn(async |request: Request<RequestBody>| {
        let Ok(body) = request.into_body().collect().await;
        Ok::<_, Infallible>(Response::new(Full::from(body.to_bytes().len().to_string())))
    });
    let Ok(response) =
        VerifyLayer::new(verifiers).layer(length).oneshot(request.body(body).unwrap()).await;
    response
}

fn unsigned() -> http::request::Builder {
    Request::post("/")
}

fn plausible() -> http::request::Builder {
    unsigned().header("X-Webhook-Signature", "0".repeat(64))
}

/// Returns the status, and whether the connection is closed.
fn outcome(response: &Response<ResponseBody<Full<Bytes>>>) -> (u16, bool) {
    let close = response.headers().get("connection").is_some_and(|value| value == "close");
    (response.status().as_u16(), close)
}

#[tokio::test]
async fn reads_at_most_64_kib_of_a_delivery_that_is_already_rejected() {
    const KIB: usize = 1024;
    for (chunk, count, read, closes) in [
        (KIB, 1, KIB, false),
        (KIB, 64, 64 * KIB, false),
        (KIB, 65, 65 * KIB, true),
        (KIB, 1_000_000, 65 * KIB, true),
        (1, 64 * KIB, 64 * KIB, false),
    ] {
        let body = Source::new(vec![b'x'; chunk], count, Ending::Proper);
        let response = send(verifier(), unsigned(), body.clone()).await;
        assert_eq!((outcome(&response), body.read()), ((401, closes), read), "{chunk} x {count}");
    }

    // A body that declares more is not read at all.
    let mut body = Source::new(vec![b'x'; KIB], 100_000, Ending::Proper);
    body.declared = Some(100_000 * 1024);
    let response = send(verifier(), unsigned(), body.clone()).await;
    assert_eq!((outcome(&response), body.read()), ((401, true), 0));
    body.declared = None;
    let response =
        send(verifier(), unsigned().header("Content-Length", "65537"), body.clone()).await;
    assert_eq!((outcome(&response), body.read()), ((401, true), 0));
}

#[tokio::test]
async fn reads_no_more_of_an_ambiguous_delivery() {
    let both = || plausible().header("X-Hub-Signature-256", "sha256=");
    let github = Verifier::<GitHub>::new(Secret::new("secret").unwrap()).unwrap();
    for request in [both, unsigned] {
        let verifiers = (github.clone(), verifier());
        let body = Source::new(vec![b'x'; 1024], 64, Ending::Proper);
        let response = send(verifiers.clone(), request(), body.clone()).await;
        assert_eq!((outcome(&response), body.read()), ((401, false), 64 * 1024));

        let body = Source::new(vec![b'x'; 1024], 1_000_000, Ending::Proper);
        let response = send(verifiers.clone(), request(), body.clone()).await;
        assert_eq!((outcome(&response), body.read()), ((401, true), 65 * 1024));

        let body = Source::new("x", 1, Ending::Proper);
        let declared = request().header("Content-Length", "65537");
        let response = send(verifiers, declared, body.clone()).await;
        assert_eq!((outcome(&response), body.read()), ((401, true), 0));
    }
}

#[tokio::test]
async fn stops_at_the_limit() {
    let body = Source::new(vec![b'x'; 1000], 1_000_000, Ending::Proper);
    let response = send(verifier().body_limit(10_000), plausible(), body.clone()).await;
    assert_eq!((outcome(&response), body.read()), ((413, true), 11_000));

    let mut body = Source::new(vec![b'x'; 1000], 11, Ending::Proper);
    body.declared = Some(11_000);
    let response = send(verifier().body_limit(10_000), plausible(), body.clone()).await;
    assert_eq!((outcome(&response), body.read()), ((413, true), 0));
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_body_until_the_deadline() {
    let start = tokio::time::Instant::now();
    let body = Source::new("half", 1, Ending::Never);
    let response = send(verifier(), plausible(), body.clone()).await;
    assert_eq!((outcome(&response), start.elapsed().as_secs()), ((408, true), 10));

    let start = tokio::time::Instant::now();
    let verifier = verifier().body_deadline(Duration::from_secs(3));
    let response = send(verifier.clone(), plausible(), body.clone()).await;
    assert_eq!((outcome(&response), start.elapsed().as_secs()), ((408, true), 3));

    // A delivery without a signature is rejected for that, and not for the time.
    let response = send(verifier, unsigned(), body).await;
    assert_eq!(outcome(&response), (401, true));
}

#[tokio::test]
async fn answers_400_to_a_body_that_breaks_off() {
    let body = Source::new("half", 1, Ending::Broken);
    let response = send(verifier(), plausible(), body.clone()).await;
    assert_eq!(outcome(&response), (400, true));
    let response = send(verifier(), unsigned(), body).await;
    assert_eq!(outcome(&response), (401, true));
}

#[tokio::test(start_paused = true)]
async fn reads_on_after_a_rejection_so_that_the_answer_arrives() {
    const CHUNK: usize = 64 * 1024;
    let limited = || verifier().body_limit(100_000);
    let declared = Some(100_000_000);
    for (request, declared, status) in [
        (unsigned(), None, 401),
        (unsigned(), declared, 401),
        (plausible(), None, 413),
        (plausible(), declared, 413),
        (unsigned().version(Version::HTTP_10), declared, 401),
    ] {
        let mut body = Source::new(vec![b'x'; CHUNK], usize::MAX, Ending::Proper);
        body.declared = declared;
        let response = send(limited(), request, body.clone()).await;
        assert_eq!(outcome(&response), (status, true));
        let before = body.read();
        assert!(before <= 2 * CHUNK && body.is_kept(), "the answer waits for {before} bytes");
        // The task that reads on has ended by then.
        tokio::time::sleep(Duration::from_secs(11)).await;
        assert_eq!(body.read() - before, 16 * 1024 * 1024 + CHUNK);
        assert!(!body.is_kept());
    }

    // Nothing was read before the lookup failed.
    let body = Source::new(vec![b'x'; CHUNK], usize::MAX, Ending::Proper);
    let verifier = Verifier::<XWebhookSignature>::per_tenant(Tenants::new(Unreachable));
    let response = send(verifier, plausible(), body.clone()).await;
    assert_eq!((outcome(&response), body.read()), ((503, true), 0));
    assert!(body.is_kept());

    // No task reads on here: a small body has ended, and over HTTP/2 the connection stays open.
    let large = || Source::new(vec![b'x'; CHUNK], usize::MAX, Ending::Proper);
    for (request, body) in [
        (unsigned(), Source::new("x", 1, Ending::Proper)),
        (unsigned().version(Version::HTTP_2), large()),
        (unsigned().header("Expect", "100-continue"), large()),
        (plausible().header("Expect", "100-continue"), large()),
        // A sender that missed the deadline gets no more time, and a broken body is not read on.
        (plausible(), Source::new("half", 1, Ending::Never)),
        (unsigned(), Source::new("half", 1, Ending::Never)),
        (plausible(), Source::new("half", 1, Ending::Broken)),
        (unsigned(), Source::new("half", 1, Ending::Broken)),
    ] {
        let response = send(limited(), request, body.clone()).await;
        assert!(!body.is_kept(), "{response:?}");
    }
}

#[tokio::test]
async fn sends_no_connection_header_over_http_2() {
    let body = Source::new("half", 1, Ending::Broken);
    let response = send(verifier(), plausible().version(Version::HTTP_2), body).await;
    assert_eq!(outcome(&response), (400, false));
}

#[tokio::test]
async fn takes_a_body_in_any_pieces() {
    for (chunk, count) in [(0, 1), (0, 7), (1, 1), (1, 100_000), (5000, 3), (4096, 256)] {
        let body = Source::new(vec![b'x'; chunk], count, Ending::Proper);
        let whole = vec![b'x'; chunk * count];
        let request = unsigned().header("X-Webhook-Signature", signature("secret", &whole));
        let response = send(verifier(), request, body).await;
        assert_eq!(outcome(&response), (200, false), "{chunk} x {count}");
        let told = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(told, whole.len().to_string());
    }
}

#[tokio::test]
async fn gives_the_configured_answer_to_every_rejected_signature() {
    let answer = Answer::json(r#"{"message":"Webhook signature does not match."}"#);
    let verifier = verifier().unauthorized(answer.clone());
    for request in [unsigned(), plausible(), unsigned().header("X-Webhook-Signature", "x")] {
        let response =
            send(verifier.clone(), request, Source::new("body", 1, Ending::Proper)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Webhook-Signature");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, answer.body());
    }
}
