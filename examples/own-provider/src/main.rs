//! A provider that countersign does not know, at two endpoints with a secret each.
//!
//! ```sh
//! export BILLING_SECRET=secret_us BILLING_EU_SECRET=secret_eu
//! cargo run -p own-provider
//! ```
//!
//! In another shell. The provider signs in the same form as GitHub, in a header of another name.
//! The secret of one endpoint is not valid at the other endpoint. Events of unknown types are also
//! answered 200, and the program prints their length. In zsh, first run `setopt sh_word_split`.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret_us URL=http://127.0.0.1:3000 H=X-Billing-Signature
//! export PAID='event=invoice.paid invoice.number=7 invoice.cents:=1250'
//! countersign send github $URL/billing --signature-header $H $PAID
//! # 200 7 paid: 1250 cents
//! countersign send github $URL/billing --signature-header $H $PAID --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send github $URL/billing-eu --signature-header $H $PAID
//! # 401 {"error":"Invalid signature"}
//! countersign send github $URL/billing --signature-header $H event=invoice.sent
//! # 200 invoice.sent kept: 478 bytes
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use anyhow::Context;
use axum::{Router, extract::FromRef, routing::post};
use countersign::{
    Provider, Scheme, Secrets, Verifier, Webhook,
    event::{EventAt, Location},
    events,
    providers::EndpointOf,
};
use serde::Deserialize;
use tokio::{net::TcpListener, signal::ctrl_c};

struct Billing;

/// A delivery has the header `X-Billing-Signature: sha256=9a7b…` and this body:
///
/// ```text
/// {"delivery":"d_1","event":"invoice.paid","invoice":{"number":"7","cents":1250}}
/// ```
impl Provider for Billing {
    const NAME: &'static str = "billing";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Billing-Signature"]).prefix("sha256=");
    // If the members are called `id`, `type` and `data`, use `EventAt::ENVELOPE` instead.
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::Body(&["delivery"]))
        .event_type(Location::Body(&["event"]))
        .data("invoice");
}

/// A second endpoint with the same scheme and events, and with a secret of its own. It has its own
/// type, so that its deliveries cannot be mixed up with those of the first endpoint.
struct BillingEu;

impl EndpointOf for BillingEu {
    type Provider = Billing;
    const NAME: &'static str = "billing-eu";
}

events! {
    /// The macro adds `Unknown`, which keeps events of all other types.
    enum Event for Billing {
        "invoice.paid" => Paid(Invoice),
        "invoice.voided" => Voided(Invoice),
    }
}

/// The members that matter here. Others are ignored.
#[derive(Deserialize)]
struct Invoice {
    number: String,
    cents: u64,
}

#[derive(Clone, FromRef)]
struct App {
    billing: Verifier<Billing>,
    billing_eu: Verifier<BillingEu>,
}

async fn on_billing(Webhook { event, .. }: Webhook<Event>) -> String {
    handle::<Billing>(&event)
}

// The second parameter names the endpoint whose signature is accepted.
async fn on_billing_eu(Webhook { event, .. }: Webhook<Event, BillingEu>) -> String {
    handle::<BillingEu>(&event)
}

fn handle<P: Provider>(event: &Event) -> String {
    let summary = match event {
        Event::Paid(invoice) => format!("{} paid: {} cents", invoice.number, invoice.cents),
        Event::Voided(invoice) => format!("{} voided: {} cents", invoice.number, invoice.cents),
        // Answered 2xx as well, because a provider sends a rejected delivery again.
        Event::Unknown(unknown) => {
            format!("{} kept: {} bytes", unknown.event_type, unknown.json.as_str().len())
        }
    };
    // Numbers and types are the sender's text. They are escaped, so that they cannot break the
    // line.
    println!("{}: {}", P::NAME, summary.escape_debug());
    summary
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // The endpoint's name is the provider's `NAME` unless you set it. If you store the ids of
    // events, set it: the name separates the ids of two endpoints, and must stay the same if `NAME`
    // changes.
    let app = App {
        billing: Verifier::new(Secrets::from_env("BILLING_SECRET")?)?.endpoint("invoices-us"),
        billing_eu: Verifier::new(Secrets::from_env("BILLING_EU_SECRET")?)?.endpoint("invoices-eu"),
    };
    let router = Router::new()
        .route("/billing", post(on_billing))
        .route("/billing-eu", post(on_billing_eu))
        .with_state(app);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
