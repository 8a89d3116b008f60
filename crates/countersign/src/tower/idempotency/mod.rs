//! Middleware that handles each event once.

mod call;
mod future;
mod layer;
mod service;

pub use future::IdempotencyFuture;
pub use layer::IdempotencyLayer;
pub use service::IdempotencyService;
