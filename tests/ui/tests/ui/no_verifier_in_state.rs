use axum::{Router, extract::FromRef, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{GitHub, respan},
};

#[derive(Clone, FromRef)]
struct App {
    github: Verifier<GitHub>,
}

async fn on_respan(_: Webhook<respan::Event>) {}

fn app(state: App) -> Router {
    Router::new().route("/respan", post(on_respan)).with_state(state)
}

fn main() {}
