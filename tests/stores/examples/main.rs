//! Runs the examples that need a store, each with a server of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod exactly_once_postgres;
mod hardened;
mod idempotency_redis;
mod inbox_nats;
mod inbox_postgres;
mod multi_tenant;
