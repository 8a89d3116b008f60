//! A router on hyper, with the limits that `axum::serve` does not have.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tower::ServiceExt;

/// How much of a server is to be had.
pub(crate) struct Limits {
    /// How long the headers of a request may take, the wait for it on a connection included.
    pub(crate) header_deadline: Duration,
    /// How many connections there are at once. More wait in the system's queue.
    pub(crate) connections: usize,
}

/// Serves until it is time to stop, and then what has begun.
pub(crate) async fn until(
    stop: impl Future<Output = ()>,
    listener: TcpListener,
    router: Router,
    limits: Limits,
) {
    // Of hyper-util's `auto::Builder`, which speaks HTTP/2 as well, the deadline does not begin
    // before the first byte: <https://github.com/hyperium/hyper/issues/3962>. This one's does.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_deadline)
        .max_buf_size(HEADER_LIMIT);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            // Closed by nobody.
            let place = places.clone().acquire_owned().await.ok();
            listener.accept().await.map(|(stream, peer)| (stream, peer, place))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer, place)) = accepted else {
            // Out of files, or the peer is gone again: neither ends a server.
            time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A peer that breaks off is its own affair.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = time::timeout(PATIENCE, connections.shutdown()).await;
}

/// How many bytes of a connection are kept before they are read: the headers have to fit.
const HEADER_LIMIT: usize = 32 * 1024;
/// How long what is in flight may take to end.
const PATIENCE: Duration = Duration::from_secs(30);
