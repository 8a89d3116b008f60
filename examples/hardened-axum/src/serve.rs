//! A server on hyper, with the limits that `axum::serve` does not have.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tower::ServiceExt;

/// Limits of the server.
pub(crate) struct Limits {
    /// Time for the headers of a request, including the wait for it on an open connection.
    pub(crate) header_deadline: Duration,
    /// The most connections at once. Further ones wait in the queue of the system.
    pub(crate) connections: usize,
}

/// Serves until `stop` ends, and then finishes the requests that have begun.
pub(crate) async fn until(
    stop: impl Future<Output = ()>,
    listener: TcpListener,
    router: Router,
    limits: Limits,
) {
    // The header deadline of this builder begins before the first byte. The deadline of
    // hyper-util's `auto::Builder`, which also speaks HTTP/2, does not:
    // <https://github.com/hyperium/hyper/issues/3962>.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_deadline)
        .max_buf_size(HEADER_LIMIT);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            // The semaphore is never closed.
            let place = places.clone().acquire_owned().await.ok();
            listener.accept().await.map(|(stream, peer)| (stream, peer, place))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, peer, place)) = accepted else {
            // No file descriptor is left, or the peer has gone. Neither ends the server.
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
            // An error means that the peer broke the connection.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = time::timeout(PATIENCE, connections.shutdown()).await;
}

/// Bytes of a connection that are buffered. The headers of a request must fit.
const HEADER_LIMIT: usize = 32 * 1024;
/// Time for requests in flight when the server stops.
const PATIENCE: Duration = Duration::from_secs(30);
