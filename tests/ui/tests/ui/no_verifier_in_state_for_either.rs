use axum::{debug_handler, extract::FromRef};
use countersign::{
    Either, Verifier, Webhook,
    providers::{GitHub, github, respan},
};

#[derive(Clone, FromRef)]
struct App {
    github: Verifier<GitHub>,
}

#[debug_handler(state = App)]
async fn on_either(_: Either<Webhook<github::Event>, Webhook<respan::Event>>) {}

fn main() {}
