//! One handler for each type of GitHub's events.
//!
//! ```sh
//! GITHUB_SECRET=secret cargo run -p dispatch-actix
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

use actix_web::{App, HttpServer, web};
use anyhow::Context;
use countersign::{
    EventData, Secrets, Unhandled, Verifier,
    actix_web::{Events, VerifyMiddleware},
    providers::GitHub,
};
use serde::Deserialize;

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

/// Each worker calls this function, and has a table of its own.
fn events(verifier: &Verifier<GitHub>) -> Events {
    Events::new(verifier)
        .on("push", on_push)
        .on("pull_request.opened", on_opened)
        .on_prefix("release.", on_release)
        .unhandled(unhandled)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).init();
    let verifier = Verifier::<GitHub>::new(Secrets::from_env("GITHUB_SECRET")?)?;
    let event_types = events(&verifier).event_types().join(", ");
    let app = move || {
        App::new().service(
            web::resource("/github")
                .wrap(VerifyMiddleware::new(verifier.clone()))
                .route(web::post().to(events(&verifier))),
        )
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app).bind(&addr).with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    println!("subscribe to {event_types}");
    server.run().await?;
    Ok(())
}
