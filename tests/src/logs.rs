//! Log lines, as text.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::post,
};
use countersign::{
    Secret, Verifier,
    idempotency::{Idempotency, Store},
    providers::XWebhookSignature,
    tower::{IdempotencyLayer, VerifyLayer},
};
use tower::ServiceExt;
use tracing::Dispatch;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use crate::signature;

/// Collects log lines of every level.
#[derive(Clone, Debug, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Calls a function, and returns the lines that it logged on this thread.
    pub fn of<T>(run: impl FnOnce() -> T) -> (T, String) {
        Self::with_spans(FmtSpan::NONE, run)
    }

    /// Does the same, and also writes a line when a span is closed.
    pub fn of_closed_spans<T>(run: impl FnOnce() -> T) -> (T, String) {
        Self::with_spans(FmtSpan::CLOSE, run)
    }

    /// Calls a function with a way to read the lines so far: also those of other threads that have
    /// this thread's subscriber.
    pub fn collect<T>(self, run: impl FnOnce(&dyn Fn() -> String) -> T) -> T {
        LazyLock::force(&SECOND);
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish();
        let read = || {
            let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        tracing::subscriber::with_default(subscriber, || run(&read))
    }

    fn with_spans<T>(spans: FmtSpan, run: impl FnOnce() -> T) -> (T, String) {
        LazyLock::force(&SECOND);
        let logs = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_span_events(spans)
            .with_writer(logs.clone())
            .finish();
        let result = tracing::subscriber::with_default(subscriber, run);
        let bytes = logs.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (result, String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Returns the status and the log lines of a genuine delivery of the event `evt_4242`, which is
/// claimed in this store. The store is made inside the runtime that it needs.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "for tests")]
#[expect(clippy::unwrap_used, reason = "for tests")]
pub fn claimed_in<S>(store: impl FnOnce() -> S) -> (StatusCode, String)
where
    S: Store + Clone + Send + Sync + 'static,
{
    let body = r#"{"id":"evt_4242","type":"user.created","data":{}}"#;
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new("secret").unwrap()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Logs::of(|| {
        runtime.block_on(async {
            let app: Router = Router::new()
                .route("/", post(|| async {}))
                .route_layer(IdempotencyLayer::new(&verifier, Idempotency::new(store())))
                .route_layer(VerifyLayer::new(verifier));
            let request = Request::post("/")
                .header("X-Webhook-Signature", signature("secret", body))
                .body(Body::from(body))
                .unwrap();
            let Ok(response) = app.oneshot(request).await;
            response.status()
        })
    })
}

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A second subscriber, without which tests can silence each other. If there is only one
/// subscriber, `tracing` asks the subscriber of the first thread that logs a line whether it wants
/// the line, and keeps the answer for all threads. That thread may belong to a test without a
/// subscriber.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
