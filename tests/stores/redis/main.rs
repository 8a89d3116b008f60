//! Claims in Redis, on real servers.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod cluster;
mod contract;
mod logs;
mod outages;
mod passwords;
mod processes;
mod server;
mod values;

use std::{error::Error, time::Duration};

use countersign::idempotency::{IdempotencyKey, Lease, StoreError};

type Outcome = Result<(), Box<dyn Error>>;

/// A lease that is longer than any test.
const HOUR: Duration = Duration::from_secs(3600);

fn lease(id: &str) -> Lease {
    Lease::new(IdempotencyKey::builder("e").event_type(None).id(id))
}

/// Returns all the text of an error that can be logged.
fn told(error: &StoreError) -> String {
    let mut told = format!("{error:?} {error:#?}");
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        told += &format!(" {error} {error:?}");
        next = error.source();
    }
    told
}
