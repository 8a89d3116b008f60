//! One handler for each type of GitHub's events.
//!
//! ```sh
//! GITHUB_SECRET=secret cargo run -p dispatch-axum
//! ```
//!
//! Each handler answers with its name. In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send github http://127.0.0.1:3000/github --type push ref=main
//! # 200 on_push
//! countersign send github http://127.0.0.1:3000/github --type pull_request action=opened
//! # 200 on_opened
//! countersign send github http://127.0.0.1:3000/github --type release action=published
//! # 200 on_release
//! countersign send github http://127.0.0.1:3000/github --header 'X-GitHub-Event: star' action=created
//! # 200 unhandled
//! countersign send github http://127.0.0.1:3000/github --type push --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use anyhow::Context;
use axum::Router;
use countersign::{
    EventData, Secrets, Unhandled, Verifier, axum::Events, providers::GitHub, tower::VerifyLayer,
};
use serde::Deserialize;
use tokio::{net::TcpListener, signal::ctrl_c};
use tower::Layer;

#[derive(Deserialize)]
struct Push {
    r#ref: String,
}

async fn on_push(EventData(push): EventData<Push>) -> &'static str {
    println!("a push to {}", push.r#ref);
    "on_push"
}

async fn on_opened() -> &'static str {
    "on_opened"
}

async fn on_release() -> &'static str {
    "on_release"
}

async fn unhandled(event: Unhandled) -> &'static str {
    println!("not handled: {:?} {:?}", event.event_type, event.action);
    "unhandled"
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).init();
    let verifier = Verifier::<GitHub>::new(Secrets::from_env("GITHUB_SECRET")?)?;
    let events = Events::new(&verifier)
        .on("push", on_push)
        .on("pull_request.opened", on_opened)
        .on_prefix("release.", on_release)
        .unhandled(unhandled);
    let event_types = events.event_types().join(", ");
    let github = VerifyLayer::new(verifier).layer(events.with_state(()));
    let router = Router::new().route_service("/github", github);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    println!("subscribe to {event_types}");
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
