//! The handshakes by which Slack, Zoom and Dropbox check an endpoint, and the events that follow.
//!
//! ```sh
//! export SLACK_SIGNING_SECRET=secret ZOOM_SECRET_TOKEN=secret DROPBOX_APP_SECRET=secret
//! cargo run -p handshakes
//! ```
//!
//! In another shell, each handshake and an event after it:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000
//! countersign send slack $URL/slack --type url_verification challenge=3eZbrw1aBm2rZgRNFdxV
//! # 200 3eZbrw1aBm2rZgRNFdxV
//! countersign send slack $URL/slack
//! # 200
//! countersign send slack $URL/slack --unsigned --text 'token=t&ssl_check=1'
//! # 200
//! countersign send zoom $URL/zoom --type endpoint.url_validation payload.plainToken=qgg8vlvZRS6
//! # 200 {"plainToken":"qgg8vlvZRS6","encryptedToken":"80482cfe6f25171adf16004f84421cf8e3a11c8ce39c0daaf3697e437c62af24"}
//! countersign send zoom $URL/zoom
//! # 204
//! countersign send dropbox $URL/dropbox
//! # 200
//! ```
//!
//! Dropbox's handshake is a `GET`: open <http://127.0.0.1:3000/dropbox?challenge=abc123> in a
//! browser. The following requests get no answer to a handshake: a challenge whose signature does
//! not match, a validation without a signature, and a validation whose token is the text that Zoom
//! signs for some delivery. A tag over this token would be a valid signature of that delivery.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000
//! countersign send slack $URL/slack --type url_verification challenge=3eZbrw1 --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send zoom $URL/zoom --unsigned --type endpoint.url_validation
//! # 401 {"error":"Invalid signature"}
//! countersign send zoom $URL/zoom --type endpoint.url_validation payload.plainToken=v0:17:{}
//! # 204
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`). The endpoints must be reachable from the
//! internet, over HTTPS, when you enter their addresses in the providers' consoles.

use std::env;

use anyhow::Context;
use axum::{
    Router,
    extract::{FromRef, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    Secrets, Verifier, Webhook,
    providers::{Dropbox, HandshakeAnswer, Slack, Zoom, dropbox, slack, zoom},
};
use tokio::{net::TcpListener, signal::ctrl_c};

#[derive(Clone, FromRef)]
struct App {
    slack: Verifier<Slack>,
    zoom: Verifier<Zoom>,
    // Zoom expects a tag over its token. A verifier cannot sign, and this type signs only such
    // tokens.
    zoom_validator: zoom::Validator,
    dropbox: Verifier<Dropbox>,
}

/// Slack's handshake is signed, so the handler of Slack's events gets it.
async fn on_slack(Webhook { event, verified, .. }: Webhook<slack::Event>) -> Response {
    if let Some(answer) = slack::answer_challenge(&verified) {
        return shake_hands("slack", answer);
    }
    report("slack", event.event_type.as_deref());
    StatusCode::OK.into_response()
}

async fn on_zoom(
    State(validator): State<zoom::Validator>,
    Webhook { event, verified, .. }: Webhook<zoom::Event>,
) -> Response {
    if let Some(answer) = validator.answer(&verified) {
        return shake_hands("zoom", answer);
    }
    report("zoom", event.event_type.as_deref());
    StatusCode::NO_CONTENT.into_response()
}

/// Dropbox's handshake is not signed. The answer repeats only text that can do no harm, with header
/// fields that keep browsers from interpreting it.
async fn on_dropbox_challenge(RawQuery(query): RawQuery) -> Response {
    match query.and_then(|query| dropbox::answer_challenge(&query)) {
        Some(answer) => shake_hands("dropbox", answer),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn on_dropbox(Webhook { event, .. }: Webhook<dropbox::Event>) -> StatusCode {
    report("dropbox", event.event_type.as_deref());
    StatusCode::OK
}

fn shake_hands(provider: &str, answer: HandshakeAnswer) -> Response {
    println!("{provider}: handshake");
    (answer.headers(), answer.into_body()).into_response()
}

fn report(provider: &str, event_type: Option<&str>) {
    // Types are the sender's text. They are escaped, so that they cannot break the line.
    println!("{provider}: {}", event_type.unwrap_or("-").escape_debug());
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let zoom = Secrets::from_env("ZOOM_SECRET_TOKEN")?;
    let app = App {
        // `ssl_check`, which Slack sends to slash commands, is not signed. This closure answers it,
        // and no handler is called.
        slack: Verifier::new(Secrets::from_env("SLACK_SIGNING_SECRET")?)?
            .answer_unsigned(slack::answer_ssl_check),
        zoom: Verifier::new(zoom.clone())?,
        zoom_validator: zoom::Validator::new(zoom)?,
        dropbox: Verifier::new(Secrets::from_env("DROPBOX_APP_SECRET")?)?,
    };
    let router = Router::new()
        .route("/slack", post(on_slack))
        .route("/zoom", post(on_zoom))
        .route("/dropbox", get(on_dropbox_challenge).post(on_dropbox))
        .with_state(app);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
