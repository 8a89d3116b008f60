//! Middleware that keeps deliveries in an inbox.

mod middleware;

pub use middleware::{InboxMiddleware, InboxMiddlewareService};
