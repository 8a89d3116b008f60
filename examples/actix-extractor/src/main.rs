//! Typed events with actix-web. A handler takes the event, or the signed bytes, and is called only
//! with verified deliveries.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p actix-extractor
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/events
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3000/events --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send github http://127.0.0.1:3000/github
//! # 200 455 bytes
//! countersign send github http://127.0.0.1:3000/github --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use actix_web::{
    App, HttpServer,
    web::{self, Data},
};
use anyhow::Context;
use countersign::{
    Secrets, VerifiedBody, Verifier, Webhook,
    providers::{GitHub, XWebhookSignature, x_webhook_signature::flat},
};

/// The type of the event determines the provider that must have signed.
async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

/// Takes the bytes, to parse, store or forward them.
async fn on_github(VerifiedBody(verified): VerifiedBody<GitHub>) -> String {
    format!("{} bytes", verified.bytes().len())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    // Read once, outside of the closure that runs for each worker. A real application has a secret
    // for each provider.
    let secrets = Secrets::from_env("WEBHOOK_SECRET")?;
    let in_house = Data::new(Verifier::<XWebhookSignature>::new(secrets.clone())?);
    let github = Data::new(Verifier::<GitHub>::new(secrets)?);
    // A handler whose verifier is missing here answers 500, and the log names the verifier.
    let app = move || {
        App::new()
            .app_data(in_house.clone())
            .app_data(github.clone())
            .route("/events", web::post().to(on_event))
            .route("/github", web::post().to(on_github))
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app).bind(&addr).with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    server.run().await?;
    Ok(())
}
