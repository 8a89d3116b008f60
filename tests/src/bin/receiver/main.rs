//! A receiver on any of the five surfaces, for tests and for whoever wants to fire at one:
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p countersign-tests --bin receiver -- --surface axum-extractor
//! ```
//!
//! `POST /respan`, `/webhook`, `/webhook-js` (as `/webhook`, and JavaScript's spelling is accepted),
//! `/speaknode`, `/github`, `/stripe`, `/standard` (Standard Webhooks), `/either` (what `/github`
//! takes, and what `/webhook` does) and `/tenants/NAME` (as `/webhook`, with the secrets of a tenant;
//! there is `acme`) answer what the handler was given. The first line on standard output is
//! `listening on ADDRESS`.

mod actix;
mod arguments;
mod axum;
mod effects;
mod endpoint;
mod given;
mod serve;
mod tenants;
mod tower;

use std::process::ExitCode;

use clap::Parser;

use self::{
    arguments::{Arguments, Surface},
    endpoint::Endpoints,
};

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
    let endpoints = Endpoints::new(arguments)?;
    match arguments.surface {
        Surface::Tower => serve::hyper(arguments, &tower::service(endpoints)),
        Surface::AxumExtractor => serve::hyper(arguments, &axum::extractor(endpoints)),
        Surface::AxumLayer => serve::hyper(arguments, &axum::layer(endpoints)),
        Surface::ActixExtractor => serve::actix(arguments, actix::extractor(endpoints)),
        Surface::ActixMiddleware => serve::actix(arguments, actix::middleware(endpoints)),
    }
}
