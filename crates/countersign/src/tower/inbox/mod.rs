//! Middleware that keeps deliveries in an inbox, and services as handlers of a worker.

mod future;
mod handler;
mod layer;
mod service;
mod split;

pub use future::InboxFuture;
pub use layer::InboxLayer;
pub use service::InboxService;
