use axum::extract::FromRef;
use countersign::{
    Verifier, Webhook,
    providers::{GitHub, respan},
};

#[derive(Clone, FromRef)]
struct App {
    github: Verifier<GitHub>,
}

#[axum::debug_handler(state = App)]
async fn on_respan(_: Webhook<respan::Event>) {}

fn main() {}
