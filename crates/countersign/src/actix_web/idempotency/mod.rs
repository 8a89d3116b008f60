//! Middleware that handles each event once.

mod future;
mod middleware;

pub use future::IdempotencyFuture;
pub use middleware::{IdempotencyMiddleware, IdempotencyService};
