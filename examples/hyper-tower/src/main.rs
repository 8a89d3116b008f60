//! Receives signed webhooks without a web framework: a tower service behind the layer, on hyper.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hyper-tower
//! ```
//!
//! In another shell:
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/ -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/ -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 422: {"error":"Invalid payload"}
//! B='{"id":"evt_1"}'; curl -i http://127.0.0.1:3000/ -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod serve;
mod stop;

use std::{convert::Infallible, env, error::Error, process::ExitCode};

use countersign::{
    Secrets, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::{RequestBody, VerifyLayer},
};
use http_body_util::Full;
use hyper::{Request, Response, body::Bytes};
use tokio::net::TcpListener;
use tower::{ServiceBuilder, service_fn};

/// Takes any method and path: who has more than one endpoint matches on them around the layer.
async fn handle(request: Request<RequestBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, _) = request.into_parts();
    Ok(match Webhook::<flat::Event>::from_parts(&parts) {
        Ok(Webhook { event, .. }) => Response::new(answer(&event).into()),
        // Signed, but no such event.
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
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hyper-tower: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let service =
        ServiceBuilder::new().layer(VerifyLayer::new(verifier)).service(service_fn(handle));

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    serve::until(stop, listener, service).await;
    Ok(())
}
