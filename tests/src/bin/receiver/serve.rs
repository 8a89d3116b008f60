//! The servers, with the deadlines and the graceful stop that a receiver needs.

use std::{
    convert::Infallible,
    error::Error,
    io::{self, Write},
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use ::tower::Service;
use actix_web::{App, HttpServer, web};
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{Outcome, arguments::Arguments, endpoint::Endpoints, inbox::Kept};

/// Serves a tower service on hyper.
pub(crate) fn hyper<S, B>(arguments: &Arguments, service: fn(Endpoints) -> S) -> Outcome
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(arguments.workers.into())
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let endpoints = Endpoints::new(arguments).await?;
        let workers = endpoints.kept.as_ref().map(Kept::workers);
        let service = service(endpoints);
        // hyper-util's builder would first wait, without a deadline, for the bytes that distinguish
        // HTTP/2.
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(arguments.header_deadline);
        let mut stop = Stop::new()?;
        let listener = tokio::net::TcpListener::from_std(listen(arguments.addr)?)?;
        let graceful = GracefulShutdown::new();
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    // No file descriptor is left, or the peer has gone: neither may stop the
                    // server.
                    Err(_) => { tokio::time::sleep(Duration::from_millis(10)).await; continue }
                },
                () = stop.requested() => break,
            };
            let service = TowerToHyperService::new(service.clone());
            let connection = server.serve_connection(TokioIo::new(stream), service);
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A broken connection is not an error of the server.
                let _ = connection.await;
            });
        }
        drop(listener);
        let _ = tokio::time::timeout(PATIENCE, graceful.shutdown()).await;
        if let Some(workers) = workers {
            workers.stop().await;
        }
        Ok(())
    })
}

/// Serves an actix-web application.
pub(crate) fn actix<F>(arguments: &Arguments, configure: fn(Endpoints) -> F) -> Outcome
where
    F: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
{
    actix_web::rt::System::new().block_on(async {
        let endpoints = Endpoints::new(arguments).await?;
        let workers = endpoints.kept.as_ref().map(Kept::workers);
        let configure = configure(endpoints);
        let mut stop = Stop::new()?;
        let server = HttpServer::new(move || App::new().configure(configure.clone()))
            .workers(arguments.workers.into())
            .client_request_timeout(arguments.header_deadline)
            .shutdown_timeout(PATIENCE.as_secs())
            .disable_signals()
            .listen(listen(arguments.addr)?)?
            .run();
        let handle = server.handle();
        let running = tokio::spawn(server);
        stop.requested().await;
        handle.stop(true).await;
        running.await??;
        if let Some(workers) = workers {
            workers.stop().await;
        }
        Ok(())
    })
}

/// Listens, and prints the address.
fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(addr)?;
    listener.set_nonblocking(true)?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {}", listener.local_addr()?)?;
    stdout.flush()?;
    Ok(listener)
}

/// Receives SIGTERM and SIGINT. It is made before the address is printed, so that no signal is
/// lost.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn requested(&mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}

/// Deadline for the requests that are in flight at a stop.
const PATIENCE: Duration = Duration::from_secs(30);
