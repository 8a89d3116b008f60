//! Middleware that handles each event once.

mod call;
mod future;
mod middleware;

pub use future::IdempotencyFuture;
pub use middleware::{IdempotencyMiddleware, IdempotencyService};
