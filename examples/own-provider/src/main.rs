//! Receives webhooks of a provider that countersign does not know, at two endpoints with a secret
//! each. The provider is described in `billing.rs`.
//!
//! ```sh
//! export BILLING_SECRET=secret_us BILLING_EU_SECRET=secret_eu
//! cargo run -p own-provider
//! ```
//!
//! In another shell, with the same two variables:
//!
//! ```sh
//! B='{"delivery":"d_1","event":"invoice.paid","invoice":{"number":"2026-7","cents":1250}}'; curl -i http://127.0.0.1:3000/billing -H 'Content-Type: application/json' -H "X-Billing-Signature: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$BILLING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"delivery":"d_2","event":"invoice.voided","invoice":{"number":"2026-8","cents":990}}'; curl -i http://127.0.0.1:3000/billing-eu -H 'Content-Type: application/json' -H "X-Billing-Signature: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$BILLING_EU_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! ```
//!
//! A type that is not known, a body that is not what was signed, and the one endpoint's signature
//! sent to the other:
//!
//! ```sh
//! B='{"delivery":"d_3","event":"invoice.sent","invoice":{"to":"$ Zoe"}}'; curl -i http://127.0.0.1:3000/billing -H 'Content-Type: application/json' -H "X-Billing-Signature: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$BILLING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"delivery":"d_4","event":"invoice.paid","invoice":{"number":"2026-7","cents":1}}'; curl -i http://127.0.0.1:3000/billing -H 'Content-Type: application/json' -H "X-Billing-Signature: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$BILLING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B " # 401
//! B='{"delivery":"d_5","event":"invoice.paid","invoice":{"number":"2026-7","cents":1}}'; curl -i http://127.0.0.1:3000/billing-eu -H 'Content-Type: application/json' -H "X-Billing-Signature: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$BILLING_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 401
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod billing;
mod stop;

use std::{env, error::Error, process::ExitCode};

use axum::{Router, extract::FromRef, routing::post};
use countersign::{Provider, Secrets, Verifier, Webhook};
use tokio::net::TcpListener;

use billing::{Billing, BillingEu, Event};

#[derive(Clone, FromRef)]
struct App {
    billing: Verifier<Billing>,
    billing_eu: Verifier<BillingEu>,
}

async fn on_billing(Webhook { event, .. }: Webhook<Event>) -> String {
    handle::<Billing>(&event)
}

// The same events, from another endpoint: the second parameter says whose signature it takes.
async fn on_billing_eu(Webhook { event, .. }: Webhook<Event, BillingEu>) -> String {
    handle::<BillingEu>(&event)
}

fn handle<P: Provider>(event: &Event) -> String {
    let told = match event {
        Event::Paid(invoice) => format!("{} paid: {} cents", invoice.number, invoice.cents),
        Event::Voided(invoice) => format!("{} voided: {} cents", invoice.number, invoice.cents),
        // Answered with 2xx: a refusal makes the provider send it again.
        Event::Unknown(unknown) => {
            format!("{} kept: {} bytes", unknown.event_type, unknown.json.as_str().len())
        }
    };
    // Numbers and types are the sender's text: escaped, they cannot break the line.
    println!("{}: {}", P::NAME, told.escape_debug());
    told
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("own-provider: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    // The endpoint's name is the provider's unless it is set. Set it where you keep event ids:
    // those of two endpoints are told apart by it, even after a type here is renamed.
    let app = App {
        billing: Verifier::new(Secrets::from_env("BILLING_SECRET")?)?.endpoint("invoices-us"),
        billing_eu: Verifier::new(Secrets::from_env("BILLING_EU_SECRET")?)?.endpoint("invoices-eu"),
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);

    let router = Router::new()
        .route("/billing", post(on_billing))
        .route("/billing-eu", post(on_billing_eu))
        .with_state(app);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
