//! One type for handlers of all types, so that a table can hold them.

use std::{future::Future, marker::PhantomData, pin::Pin, rc::Rc};

use actix_web::{Error, FromRequest, Handler, HttpRequest, HttpResponse, Responder, dev::Payload};

/// A handler. Clones of a table share it.
pub(super) type SharedHandler = Rc<dyn ErasedHandler>;

pub(super) type ResponseFuture = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>>>>;

/// A handler of any type.
pub(super) trait ErasedHandler {
    fn call(&self, request: HttpRequest, payload: Payload) -> ResponseFuture;
}

/// A handler whose arguments are `T`.
pub(super) struct Erased<H, T> {
    handler: H,
    arguments: PhantomData<fn() -> T>,
}

impl<H, T> Erased<H, T>
where
    H: Handler<T, Output: Responder + 'static>,
    T: FromRequest + 'static,
{
    pub(super) fn share(handler: H) -> SharedHandler {
        Rc::new(Self { handler, arguments: PhantomData })
    }
}

impl<H, T> ErasedHandler for Erased<H, T>
where
    H: Handler<T, Output: Responder + 'static>,
    T: FromRequest + 'static,
{
    fn call(&self, request: HttpRequest, mut payload: Payload) -> ResponseFuture {
        let handler = self.handler.clone();
        Box::pin(async move {
            let arguments = T::from_request(&request, &mut payload).await.map_err(Into::into)?;
            let response = handler.call(arguments).await.respond_to(&request);
            Ok(response.map_into_boxed_body())
        })
    }
}
