//! Deliveries over HTTP, each of which is answered once it is kept.

use std::{
    error::Error,
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, http::StatusCode};
use countersign::{inbox::Inbox, tower::VerifyLayer};
use countersign_sqlite::SqliteInbox;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tower::{Layer as _, service_fn};

use crate::{
    deliveries::{requests, verifier},
    load::Load,
};

/// The measured receivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// Keeps each delivery, while a worker handles those that were kept.
    Inbox,
    /// Handles each delivery at once.
    AtOnce,
}

impl Receiver {
    pub(crate) const ALL: [Self; 2] = [Self::Inbox, Self::AtOnce];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox, with its worker",
            Self::AtOnce => "no inbox: handled at once",
        }
    }

    /// Starts the receiver on a port of its own, and sends it this many deliveries. The senders
    /// share the processors with it.
    pub(crate) async fn load(
        self,
        count: usize,
        connections: usize,
    ) -> Result<Load, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let handler = service_fn(async |_request| {
            Ok::<_, std::convert::Infallible>(axum::response::IntoResponse::into_response(
                StatusCode::OK,
            ))
        });
        let stop = Arc::new(Notify::new());
        let (app, worker) = match self {
            Self::AtOnce => {
                let service = VerifyLayer::new(verifier()).layer(handler);
                (Router::new().route_service("/webhooks", service), None)
            }
            Self::Inbox => {
                let engine = SqliteInbox::open(folder.path().join("inbox.db")).await?;
                let (front, worker) = Inbox::new(engine).split(&verifier(), handler);
                let stopped = Arc::clone(&stop);
                let worker = worker.run_until(async move { stopped.notified().await });
                (Router::new().route_service("/webhooks", front), Some(tokio::spawn(worker)))
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let server = tokio::spawn(async move { axum::serve(listener, app).await });

        let requests: Arc<[Vec<u8>]> = requests(count).into();
        let start = Instant::now();
        let mut senders = JoinSet::new();
        for first in 0..connections {
            senders.spawn(send(addr, Arc::clone(&requests), first, connections));
        }
        let took = senders.join_all().await.into_iter().collect::<io::Result<Vec<_>>>()?;
        let load = Load::from_times(took.concat(), start.elapsed());

        server.abort();
        stop.notify_one();
        if let Some(worker) = worker {
            worker.await?;
        }
        Ok(load)
    }
}

/// Sends every `step`-th request over one connection. Returns the time of each.
async fn send(
    addr: SocketAddr,
    requests: Arc<[Vec<u8>]>,
    first: usize,
    step: usize,
) -> io::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let mut took = Vec::new();
    let mut answer = [0; 1024];
    for request in requests.iter().skip(first).step_by(step) {
        let start = Instant::now();
        stream.write_all(request).await?;
        let mut read = 0;
        // The answers are short, and those of handlers are empty.
        while !is_whole(&answer[..read]) {
            match stream.read(&mut answer[read..]).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => read += more,
            }
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", answer[..read].escape_ascii());
        took.push(start.elapsed());
    }
    Ok(took)
}

/// Returns true if the answer has its head, and a body of the length that the head states.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    answer.len() >= end + 4 + length
}
