//! The server: HTTP/1 on one address.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Serialize;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
};

use super::{
    intake,
    receiver::{Receiver, note},
};
use crate::failure::Failure;

#[derive(Serialize)]
struct Listening<'a> {
    listening: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
}

/// Receives deliveries: for ever, or this many. Returns true if all of them were verified.
pub(super) fn run(
    address: SocketAddr,
    receiver: Receiver,
    count: Option<usize>,
) -> Result<bool, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::could_not_run)?;
    runtime.block_on(serve(address, receiver, count))
}

async fn serve(
    address: SocketAddr,
    receiver: Receiver,
    count: Option<usize>,
) -> Result<bool, Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        Failure::could_not_run(format!("{address}: {error}"))
            .next("give a free port with --port, or 0 for any")
    })?;
    let address = listener.local_addr().map_err(Failure::could_not_run)?;
    let url = format!("http://{address}");
    let provider = receiver.provider();
    let whose = provider.unwrap_or("all providers");
    let text = format!("listening on {url} for {whose}; stop with Ctrl-C\n");
    receiver.output.print(&Listening { listening: &url, provider }, &text)?;
    if !address.ip().is_loopback() {
        note("note: other machines can reach this address");
    }

    let receiver = Arc::new(receiver);
    let (left, mut is_done) = watch::channel(count);
    let left = Arc::new(left);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await;
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = is_done.wait_for(|left| *left == Some(0)) => break,
        };
        let Ok((stream, _)) = accepted else {
            // No file descriptor is free, usually. The next moment may have one.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let connection = connection(stream, address, Arc::clone(&receiver), Arc::clone(&left));
        connections.spawn(async move {
            connection.await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
    while connections.join_next().await.is_some() {}
    Ok(receiver.are_all_verified())
}

/// Serves one connection, until the last delivery is answered.
async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    receiver: Arc<Receiver>,
    left: Arc<watch::Sender<Option<usize>>>,
) {
    let mut is_done = left.subscribe();
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (receiver, left) = (Arc::clone(&receiver), Arc::clone(&left));
        async move {
            let answer = match intake::read(request, &address.to_string()).await {
                Ok(recorded) => receiver.receive(recorded).await,
                Err(answer) => {
                    receiver.refuse();
                    note(&format!("a request was answered with {}", answer.status()));
                    answer
                }
            };
            left.send_modify(|left| *left = left.map(|left| left.saturating_sub(1)));
            Ok::<_, Infallible>(answer)
        }
    });
    // Answers are small: without this, a client that waits for one may wait 40 ms longer.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // Errors of a connection are those of its client, which sees them, too.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = is_done.wait_for(|left| *left == Some(0)) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Greatest number of connections at the same time.
pub(super) const MAX_CONNECTIONS: usize = 64;

/// Longest time for the head of a request, also on a connection that is kept open.
const HEAD_DEADLINE: Duration = Duration::from_secs(60);
