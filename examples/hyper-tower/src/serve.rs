//! A tower service on hyper.

use std::{convert::Infallible, error::Error, future::Future, pin::pin, time::Duration};

use hyper::{
    Request, Response,
    body::{Body, Incoming},
    server::conn::http1,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, time};
use tower::Service;

/// Serves until it is time to stop, and then what has begun.
pub(crate) async fn until<S, B>(stop: impl Future<Output = ()>, listener: TcpListener, service: S)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    // Without a timer hyper waits for headers for ever.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_DEADLINE);
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of files, or the peer is gone again: neither ends a server.
            time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A peer that breaks off is its own affair.
            let _ = connection.await;
        });
    }
    drop(listener);
    let _ = time::timeout(PATIENCE, connections.shutdown()).await;
}

/// How long the headers of a request may take, the wait for it on a connection included.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// How long what is in flight may take to end.
const PATIENCE: Duration = Duration::from_secs(30);
