//! `countersign simulate`, over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is the report of a test")]

#[cfg(unix)]
mod manuals;
mod platforms;
mod program;
mod receiver;
mod retries;
mod webhooks;
