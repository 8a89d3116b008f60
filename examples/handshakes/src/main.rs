//! Answers the handshakes by which Slack, Zoom and Dropbox ask whether an endpoint is yours, and
//! receives what they send from then on.
//!
//! ```sh
//! SLACK_SIGNING_SECRET=slack_secret ZOOM_SECRET_TOKEN=zoom_secret DROPBOX_APP_SECRET=dropbox_secret cargo run -p handshakes
//! ```
//!
//! In another shell, each handshake and an event after it:
//!
//! ```sh
//! SLACK_SIGNING_SECRET=slack_secret ZOOM_SECRET_TOKEN=zoom_secret DROPBOX_APP_SECRET=dropbox_secret
//! # 200: 3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd
//! T=$(date +%s) B='{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd","type":"url_verification"}'; curl -i http://127.0.0.1:3000/slack -H "X-Slack-Request-Timestamp: $T" -H "X-Slack-Signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200
//! T=$(date +%s) B='{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}'; curl -i http://127.0.0.1:3000/slack -H "X-Slack-Request-Timestamp: $T" -H "X-Slack-Signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200
//! curl -i http://127.0.0.1:3000/slack -d 'token=t&ssl_check=1'
//! # 200: {"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"46a324cfb7c2ec760e4cd561586a53aadb6fc7561eb8d626d6ee1b71d808b3c0"}
//! T=$(date +%s) B='{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}'; curl -i http://127.0.0.1:3000/zoom -H "x-zm-request-timestamp: $T" -H "x-zm-signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$ZOOM_SECRET_TOKEN" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 204
//! T=$(date +%s) B='{"event":"meeting.started","payload":{"object":{"id":"1"}}}'; curl -i http://127.0.0.1:3000/zoom -H "x-zm-request-timestamp: $T" -H "x-zm-signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$ZOOM_SECRET_TOKEN" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: abc123
//! curl -i 'http://127.0.0.1:3000/dropbox?challenge=abc123'
//! # 200
//! B='{"list_folder":{"accounts":["dbid:a"]}}'; curl -i http://127.0.0.1:3000/dropbox -H "X-Dropbox-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$DROPBOX_APP_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! And what gets no such answer: a challenge that is not what was signed, a validation without a
//! signature, a "token" whose MAC would be the signature of a delivery, and markup to be repeated.
//!
//! ```sh
//! SLACK_SIGNING_SECRET=slack_secret ZOOM_SECRET_TOKEN=zoom_secret DROPBOX_APP_SECRET=dropbox_secret
//! # 401: {"error":"Invalid signature"}
//! T=$(date +%s) B='{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd","type":"url_verification"}'; curl -i http://127.0.0.1:3000/slack -H "X-Slack-Request-Timestamp: $T" -H "X-Slack-Signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$SLACK_SIGNING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 401: {"error":"Invalid signature"}
//! B='{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}'; curl -i http://127.0.0.1:3000/zoom --data-binary "$B"
//! # 204
//! T=$(date +%s) B='{"event":"endpoint.url_validation","payload":{"plainToken":"v0:1700000000:{}"}}'; curl -i http://127.0.0.1:3000/zoom -H "x-zm-request-timestamp: $T" -H "x-zm-signature: v0=$(printf %s "v0:$T:$B" | openssl dgst -sha256 -hmac "$ZOOM_SECRET_TOKEN" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 400
//! curl -i 'http://127.0.0.1:3000/dropbox?challenge=%3Cscript%3E'
//! ```
//!
//! Slack's and Zoom's requests are signed and come to the handler of their events, verified. Only
//! `ssl_check`, which Slack sends to slash commands, is not signed: a closure on the verifier
//! answers it, and no handler is called.
//! Dropbox's is not, and so a route of its own repeats what can do no harm, with the header fields
//! that keep browsers from taking it for more.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`). The endpoints have to be reachable from the
//! internet, over HTTPS, when their addresses are entered in the providers' consoles.

mod stop;

use std::{env, error::Error, process::ExitCode};

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
use tokio::net::TcpListener;

#[derive(Clone, FromRef)]
struct App {
    slack: Verifier<Slack>,
    zoom: Verifier<Zoom>,
    // A verifier cannot sign. Zoom wants a MAC: this makes those of Zoom's tokens, and no other.
    zoom_validator: zoom::Validator,
    dropbox: Verifier<Dropbox>,
}

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

// Not signed: whoever asks is answered, if what is to be repeated can do no harm.
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
    // Types are the sender's text: escaped, they cannot break the line.
    println!("{provider}: {}", event_type.unwrap_or("-").escape_debug());
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handshakes: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let zoom = Secrets::from_env("ZOOM_SECRET_TOKEN")?;
    let app = App {
        slack: Verifier::new(Secrets::from_env("SLACK_SIGNING_SECRET")?)?
            .answer_unsigned(slack::answer_ssl_check),
        zoom: Verifier::new(zoom.clone())?,
        zoom_validator: zoom::Validator::new(zoom)?,
        dropbox: Verifier::new(Secrets::from_env("DROPBOX_APP_SECRET")?)?,
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);

    let router = Router::new()
        .route("/slack", post(on_slack))
        .route("/zoom", post(on_zoom))
        .route("/dropbox", get(on_dropbox_challenge).post(on_dropbox))
        .with_state(app);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
