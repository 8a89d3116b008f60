//! A receiver without a web framework: a tower service behind the layer, on hyper.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hyper-tower
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3000/ --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send x-webhook-signature http://127.0.0.1:3000/ type=
//! # 422 {"error":"Invalid payload"}
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::{convert::Infallible, env, pin::pin, time::Duration};

use anyhow::Context;
use countersign::{
    Secrets, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::{RequestBody, VerifyLayer},
};
use http_body_util::Full;
use hyper::{Request, Response, body::Bytes, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::TcpListener,
    signal::ctrl_c,
    time::{sleep, timeout},
};
use tower::{ServiceBuilder, service_fn};

/// Takes any method and path. If a service has several endpoints, choose the endpoint outside of
/// the layer.
async fn handle(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, _) = request.into_parts();
    Ok(match Webhook::<flat::Event>::from_parts(&parts) {
        Ok(Webhook { event, .. }) => Response::new(answer(&event).into()),
        // The body was signed, but is not an event of this type.
        Err(rejection) => rejection.into(),
    })
}

fn answer(event: &flat::Event) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let service =
        ServiceBuilder::new().layer(VerifyLayer::new(verifier)).service(service_fn(handle));

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);

    // Without a timer, hyper waits forever for the headers of a request.
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10));
    let connections = GracefulShutdown::new();
    let mut stop = pin!(ctrl_c());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            // No file descriptor is left, or the peer is gone. The server continues in both cases.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = http.serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connections.watch(connection));
    }
    // Requests in flight get 30 s to end.
    drop(listener);
    timeout(Duration::from_secs(30), connections.shutdown()).await?;
    Ok(())
}
