//! A receiver on any of the five surfaces, for tests and for whoever wants to fire at one:
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p countersign-tests --bin receiver -- --surface axum-extractor
//! ```
//!
//! `POST /respan`, `/webhook`, `/webhook-js` (as `/webhook`, and JavaScript's text is
//! accepted), `/webhook-inflated` (as `/webhook`, and the text that the body inflates to is
//! accepted), `/grouped` (as `/webhook`, with several groups in one signature header), `/numbered`
//! (as `/webhook`, with one header for each key), `/speaknode`, `/github`, `/gitea`, `/hookdeck`,
//! `/stripe`, `/standard` (Standard Webhooks), `/svix` (the same with Svix's headers), `/either`
//! (the deliveries of `/github` and of `/webhook`), `/forge` (those of `/github`, `/gitea` and
//! `/hookdeck`), `/tenants/NAME` (as `/webhook`, with the secrets of a tenant; there is `acme`),
//! `/slack-tenants/NAME`, `/stripe-tenants/NAME` and `/standard-tenants/NAME` (the same for schemes
//! that sign a time) answer what the handler was given. `GET /effects` lists the ids of the events
//! that were handled, one a line; with `--idempotency` or `--exactly-once` each is there once. The
//! first line on standard output is `listening on ADDRESS`.

mod actix;
mod arguments;
mod axum;
mod effects;
mod endpoint;
mod given;
mod handler;
mod idempotency;
mod serve;
mod tenants;
mod tower;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Surface};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("receiver: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Outcome {
    match arguments.surface {
        Surface::Tower => serve::hyper(arguments, tower::service),
        Surface::AxumExtractor => serve::hyper(arguments, axum::extractor),
        Surface::AxumLayer => serve::hyper(arguments, axum::layer),
        Surface::ActixExtractor => serve::actix(arguments, actix::extractor),
        Surface::ActixMiddleware => serve::actix(arguments, actix::middleware),
    }
}
