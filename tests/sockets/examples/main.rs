//! Runs the examples as a user does: copied, built, started, and sent what their pages say.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod actix_extractor;
mod actix_middleware;
mod axum_layer;
mod copies;
mod dispatch;
mod handshakes;
mod hardened_actix;
mod hardened_axum;
mod hyper_tower;
mod idempotency_memory;
mod inbox;
mod lambda;
mod metrics_prometheus;
mod own_provider;
mod quickstart;
mod secret_rotation;
mod send;
mod stripe_checkout;
mod testing_your_handler;
