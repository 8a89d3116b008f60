//! An inbox in JetStream. Each test has servers of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod dead;
#[path = "../inbox_postgres/deliveries.rs"]
mod deliveries;
mod processes;
mod servers;
mod setup;
mod suite;

use std::{error::Error, time::Duration};

use countersign_nats::{NatsInbox, async_nats};
use countersign_tests::{Nats, PATIENCE};

use deliveries::{entry, wanted};

type Outcome = Result<(), Box<dyn Error>>;

const SECOND: Duration = Duration::from_secs(1);

const MINUTE: Duration = Duration::from_secs(60);

async fn connect(nats: &Nats) -> Result<async_nats::Client, Box<dyn Error>> {
    let servers: Vec<_> = nats.url().split(',').map(str::to_owned).collect();
    Ok(async_nats::connect(servers).await?)
}

/// Opens the inbox, as each process does.
async fn inbox(nats: &Nats) -> Result<NatsInbox, Box<dyn Error>> {
    let inbox = NatsInbox::builder(connect(nats).await?, "webhooks");
    Ok(inbox.replicas(nats.nodes()).open().await?)
}
