//! Middleware that handles each event once.

mod future;
mod layer;
mod service;

pub use future::HandleOnceFuture;
pub use layer::IdempotencyLayer;
pub use service::HandleOnce;
