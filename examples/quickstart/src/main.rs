//! Receives signed webhooks from Respan, SpeakNode and an in-house system, with axum.
//!
//! ```sh
//! cargo run -p quickstart
//! ```
//!
//! It prints a line for each delivery (the times are UTC), and writes `target/try.sh`, which sends
//! genuine and forged deliveries with `curl` and `openssl`.
//!
//! Secrets come from `RESPAN_API_KEY`, `WEBHOOK_SECRET` and `SPEAKNODE_SECRET`. If a variable is
//! not set, the program makes a random secret for this run. `ADDR` sets the address (default
//! `127.0.0.1:3000`).
//!
//! Without a Unix shell, set `WEBHOOK_SECRET` in two shells, and send deliveries from the second:
//!
//! ```sh
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/flat --secret-env WEBHOOK_SECRET
//! ```

use std::{
    collections::BTreeMap,
    env, fs,
    time::{Instant, UNIX_EPOCH},
};

use anstream::println;
use anyhow::Context;
use axum::{
    Extension, Json, Router,
    extract::{FromRef, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::post,
};
use countersign::{
    Event, Rejection, Secret, Verifier, Webhook,
    providers::{
        Respan, SpeakNode, XWebhookSignature, respan, speaknode,
        x_webhook_signature::{flat, objects},
    },
};
use tokio::{net::TcpListener, signal};

/// A verifier for each provider. A handler whose verifier is missing here does not compile.
#[derive(Clone, FromRef)]
struct App {
    respan: Verifier<Respan>,
    in_house: Verifier<XWebhookSignature>,
    speaknode: Verifier<SpeakNode>,
}

/// Called with verified deliveries only. `delivery.event` is typed: act on it here.
async fn on_event<E: Event>(delivery: Webhook<E>) -> impl IntoResponse {
    let (event_type, id) = (delivery.event_type(), delivery.id());
    let summary = Summary(event_type.unwrap_or("-".into()).into(), id.unwrap_or("-".into()).into());
    (Extension(summary), Json(BTreeMap::from([("status", "received")])))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut made = String::new();
    let app = App {
        respan: Verifier::new(secret("RESPAN_API_KEY", &mut made)?)?,
        in_house: Verifier::new(secret("WEBHOOK_SECRET", &mut made)?)?,
        speaknode: Verifier::new(secret("SPEAKNODE_SECRET", &mut made)?)?,
    };
    let router = Router::new()
        .route("/webhooks/respan", post(on_event::<respan::Event>))
        .route("/webhooks/objects", post(on_event::<objects::Event>))
        .route("/webhooks/flat", post(on_event::<flat::Event>))
        .route("/webhooks/speaknode", post(on_event::<speaknode::Event>))
        .with_state(app)
        .layer(from_fn(print));

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let addr = listener.local_addr()?;
    fs::create_dir_all("target")?;
    fs::write(
        "target/try.sh",
        format!("RECEIVER=http://{addr}\n{made}{}", include_str!("try.sh")),
    )?;
    println!("listening on {addr}\n{HINT}");
    for variable in ["RESPAN_API_KEY", "WEBHOOK_SECRET", "SPEAKNODE_SECRET"] {
        if env::var_os(variable).is_some() {
            println!("Export {variable} in that shell as well.");
        }
    }

    axum::serve(listener, router).with_graceful_shutdown(stop()).await?;
    println!("stopped");
    Ok(())
}

/// Ends on Ctrl-C and, on Unix, on SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = signal::ctrl_c() => {}, _ = terminate.recv() => {} }
        return;
    }
    let _ = signal::ctrl_c().await;
}

// The code below is only for this demonstration. Your receiver reads its secrets with
// `Secrets::from_env`.

/// Reads a secret from the environment, or makes a random one and adds it to the script.
fn secret(variable: &str, made: &mut String) -> anyhow::Result<Secret> {
    if env::var_os(variable).is_some() {
        return Ok(Secret::from_env(variable)?);
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    let text = bytes.map(|byte| format!("{byte:02x}")).concat();
    made.push_str(&format!("{variable}={text}\n"));
    Ok(Secret::new(text)?)
}

/// The type and the id of an event, for the line that is printed.
#[derive(Clone)]
struct Summary(String, String);

/// Prints a line for each request.
async fn print(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let route = request.uri().path().trim_start_matches("/webhooks/").to_owned();
    let response = next.run(request).await;
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;

    let (status, extensions) = (response.status(), response.extensions());
    let text = match (extensions.get::<Summary>(), extensions.get::<Rejection>()) {
        // Types and ids are the sender's text. They are escaped, so that they cannot break the
        // line.
        (Some(Summary(event_type, id)), _) => {
            format!("{:<30} {}", event_type.escape_debug().to_string(), id.escape_debug())
        }
        (None, Some(rejection)) => rejection.to_string(),
        (None, None) => status.canonical_reason().unwrap_or_default().to_owned(),
    };
    let color = if status.is_success() { "\x1b[32m" } else { "\x1b[31m" };
    let now = UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
    println!(
        "{:02}:{:02}:{:02} {color}{}\x1b[0m {route:<9} {text:<47} {milliseconds:5.1} ms",
        now / 3600 % 24,
        now / 60 % 60,
        now % 60,
        status.as_u16(),
    );
    response
}

const HINT: &str = "
Send a genuine and a forged delivery from another shell:

    sh target/try.sh flat       # or objects, respan, speaknode
";
