//! Middleware that handles each event once.

mod future;
mod middleware;

pub use future::HandleOnceFuture;
pub use middleware::{HandleOnce, IdempotencyMiddleware};
