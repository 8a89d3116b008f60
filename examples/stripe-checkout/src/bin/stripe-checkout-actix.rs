//! The receiver of `src/main.rs` on actix-web.

use std::env;

use actix_web::{
    App, HttpServer,
    web::{self, Data},
};
use anyhow::Context;
use countersign::{
    Secrets, Verifier, Webhook,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    idempotency::{Idempotency, MemoryStore},
    providers::Stripe,
};
use stripe_checkout::{Event, Orders};

/// Called for new events only. If it fails, the next delivery of the event is handled.
async fn on_event(orders: Data<Orders>, delivery: Webhook<Event>) -> String {
    orders.handle(delivery.event)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let stripe = Verifier::<Stripe>::new(Secrets::from_env("STRIPE_WEBHOOK_SECRET")?)?;
    // Made outside of the closure, so that the workers share them.
    let idempotency = Idempotency::new(MemoryStore::new());
    let orders = Data::new(Orders::default());
    let app = move || {
        App::new().app_data(orders.clone()).service(
            web::resource("/stripe")
                .wrap(IdempotencyMiddleware::new(&stripe, idempotency.clone()))
                // Wrapped around the other one: only a signed delivery can claim an event.
                .wrap(VerifyMiddleware::new(stripe.clone()))
                .route(web::post().to(on_event)),
        )
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
