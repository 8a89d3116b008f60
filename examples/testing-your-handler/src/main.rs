//! The axum app of this package as a server. The tests in `tests/` are the purpose of this example.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p testing-your-handler
//! ```
//!
//! In another shell: a delivery, the same event again, an event of a type that the app does not
//! know, and a forged delivery.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000/webhooks
//! countersign send x-webhook-signature $URL
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature $URL
//! # 200 handled before
//! countersign send x-webhook-signature $URL id=evt_2 type=invoice.sent
//! # 200 kept 154 bytes of invoice.sent
//! countersign send x-webhook-signature $URL id=evt_3 --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use anyhow::Context;
use countersign::{Secrets, Verifier};
use testing_your_handler::axum_app;
use tokio::{net::TcpListener, signal::ctrl_c};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let router = axum_app(Verifier::new(Secrets::from_env("WEBHOOK_SECRET")?)?);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
