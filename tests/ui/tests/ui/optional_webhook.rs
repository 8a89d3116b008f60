use axum::{Router, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{Respan, respan},
};

async fn on_respan(_: Option<Webhook<respan::Event>>) {}

fn app(state: Verifier<Respan>) -> Router {
    Router::new().route("/respan", post(on_respan)).with_state(state)
}

fn main() {}
