//! An inbox in JetStream. Each test has a cluster of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod suite;

use std::error::Error;

use countersign_nats::{NatsInbox, async_nats};
use countersign_tests::Nats;

type Outcome = Result<(), Box<dyn Error>>;

async fn connect(nats: &Nats) -> Result<async_nats::Client, Box<dyn Error>> {
    let servers: Vec<_> = nats.url().split(',').map(str::to_owned).collect();
    Ok(async_nats::connect(servers).await?)
}
