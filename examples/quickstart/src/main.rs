//! Receives signed webhooks from Respan, SpeakNode and an in-house system, with axum:
//!
//! ```sh
//! cargo run -p quickstart
//! ```
//!
//! It prints lines to paste that send it genuine and forged deliveries. Secrets come from
//! `RESPAN_API_KEY`, `WEBHOOK_SECRET` and `SPEAKNODE_SECRET`; where one is unset, a random one is
//! made for this run. `ADDR` sets the address (default `127.0.0.1:3000`).

mod demo;
mod stop;

use std::{env, error::Error, process::ExitCode};

use axum::{
    Router,
    extract::FromRef,
    response::{IntoResponse, Response},
    routing::post,
};
use countersign::{
    Event, Rejection, Verifier, Webhook,
    providers::{
        Respan, SpeakNode, XWebhookSignature, respan, speaknode,
        x_webhook_signature::{flat, objects},
    },
};
use tokio::net::TcpListener;

/// A verifier for each provider: a handler whose verifier is missing here does not compile.
#[derive(Clone, FromRef)]
struct App {
    respan: Verifier<Respan>,
    in_house: Verifier<XWebhookSignature>,
    speaknode: Verifier<SpeakNode>,
}

// These take the refused deliveries, too, to print them. A handler that takes `Webhook<E>` is
// called with verified deliveries alone, and the others are answered for you.

async fn on_respan(delivery: Result<Webhook<respan::Event>, Rejection>) -> Response {
    report("respan", delivery, |_| ("-", None))
}

async fn on_objects(delivery: Result<Webhook<objects::Event>, Rejection>) -> Response {
    report("objects", delivery, |event| (event.event_type(), event.id()))
}

async fn on_flat(delivery: Result<Webhook<flat::Event>, Rejection>) -> Response {
    report("flat", delivery, |event| (event.event_type(), event.id()))
}

async fn on_speaknode(delivery: Result<Webhook<speaknode::Event>, Rejection>) -> Response {
    // SpeakNode documents no id of an event.
    report("speaknode", delivery, |event| (event.event_type(), None))
}

fn report<E: Event>(
    name: &str,
    delivery: Result<Webhook<E>, Rejection>,
    describe: fn(&E) -> (&str, Option<&str>),
) -> Response {
    match delivery {
        Ok(Webhook { event, .. }) => {
            // Types and ids are the sender's text: escaped, they cannot break the line.
            let (event_type, id) = describe(&event);
            let (event_type, id) = (event_type.escape_debug(), id.unwrap_or("-").escape_debug());
            println!("{name}: type {event_type}, id {id}: accepted");
            r#"{"status":"received"}"#.into_response()
        }
        Err(rejection) => {
            println!("{name}: refused with {}: {rejection}", rejection.status());
            rejection.into_response()
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let (respan_secret, respan_shown) = demo::secret("RESPAN_API_KEY")?;
    let (in_house_secret, in_house_shown) = demo::secret("WEBHOOK_SECRET")?;
    let (speaknode_secret, speaknode_shown) = demo::secret("SPEAKNODE_SECRET")?;
    let app = App {
        respan: Verifier::new(respan_secret)?,
        in_house: Verifier::new(in_house_secret)?,
        speaknode: Verifier::new(speaknode_secret)?,
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let addr = listener.local_addr()?;
    let stop = stop::requested()?;
    println!("listening on {addr}");
    demo::print(addr, [&respan_shown, &in_house_shown, &speaknode_shown]);

    let router = Router::new()
        .route("/webhooks/respan", post(on_respan))
        .route("/webhooks/objects", post(on_objects))
        .route("/webhooks/flat", post(on_flat))
        .route("/webhooks/speaknode", post(on_speaknode))
        .with_state(app);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
