//! One type for handlers of all types, so that a table can hold them.

use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use axum::handler::Handler;
use axum_core::{extract::Request, response::Response};

/// A handler with the state `S`. Clones of a table share it.
pub(super) type SharedHandler<S> = Arc<dyn ErasedHandler<S>>;

pub(super) type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of any type.
pub(super) trait ErasedHandler<S>: Send + Sync {
    fn call(&self, request: Request, state: S) -> ResponseFuture;
}

/// A handler whose arguments are `T`.
pub(super) struct Erased<H, T> {
    handler: H,
    arguments: PhantomData<fn() -> T>,
}

impl<H, T: 'static> Erased<H, T> {
    pub(super) fn share<S: 'static>(handler: H) -> SharedHandler<S>
    where
        H: Handler<T, S>,
    {
        Arc::new(Self { handler, arguments: PhantomData })
    }
}

impl<S, H: Handler<T, S>, T> ErasedHandler<S> for Erased<H, T> {
    fn call(&self, request: Request, state: S) -> ResponseFuture {
        Box::pin(self.handler.clone().call(request, state))
    }
}
