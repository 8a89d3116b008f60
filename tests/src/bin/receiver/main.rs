//! A receiver on any of the five surfaces, for tests and for manual deliveries:
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p countersign-tests --bin receiver -- --surface axum-extractor
//! ```
//!
//! A `POST` to one of these paths is answered with the facts of the delivery: `/respan`,
//! `/webhook`, `/webhook-js` (like `/webhook`, and accepts JavaScript's text), `/webhook-inflated`
//! (like `/webhook`, and accepts the text that the body inflates to), `/grouped` (like `/webhook`,
//! with several groups in one signature header), `/numbered` (like `/webhook`, with one signature
//! header for each secret), `/speaknode`, `/github`, `/gitea`, `/hookdeck`, `/stripe`, `/standard`
//! (Standard Webhooks), `/svix` (the same with Svix's headers), `/either` (the deliveries of
//! `/github` and of `/webhook`), `/dispatch` (the same, with one handler for each type of event),
//! `/dispatch-default` (the same, with a handler for pushes only), `/forge` (the deliveries of
//! `/github`, `/gitea` and `/hookdeck`),
//! `/tenants/NAME` (like `/webhook`, with the secrets of a tenant; `acme` exists),
//! `/slack-tenants/NAME`, `/stripe-tenants/NAME` and `/standard-tenants/NAME` (the same for schemes
//! that sign a time). `GET /effects` lists the ids of the events that were handled, one a line;
//! with `--idempotency` or `--exactly-once` each is listed once. The first line on standard output
//! is `listening on ADDRESS`.
//!
//! With `--inbox`, there are also `/inbox` (like `/webhook`) and `/inbox-slack` (Slack), whose
//! deliveries are kept, and are handled by a worker afterwards. `GET /effects` lists them, too.

mod actix;
mod arguments;
mod axum;
mod dispatch;
mod effects;
mod endpoint;
mod given;
mod handler;
mod idempotency;
mod inbox;
mod serve;
mod tenants;
mod tower;

use std::{error::Error, iter::successors, process::ExitCode};

use clap::Parser;

use self::arguments::{Arguments, Surface};

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let causes: Vec<_> = successors(Some(&*error as &dyn Error), |error| (*error).source())
                .map(ToString::to_string)
                .collect();
            eprintln!("receiver: {}", causes.join(": "));
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
