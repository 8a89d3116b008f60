//! Tests of the front and the worker, on an engine in memory.

mod lost_lease;
#[cfg(all(feature = "axum", feature = "tower"))]
mod routers;
#[cfg(feature = "tower")]
mod services;
mod worker;

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
