use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use axum_core::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{Extensions, Request, StatusCode};
use tower_service::Service;

use super::{EventsFuture, erased::SharedHandler};
use crate::{
    dispatch::{Table, choose},
    surface::{
        http::{BoxError, HttpHeaders, refuse},
        proof::Finder,
    },
};

/// Service that calls the handler of an event. [`Events::with_state`](super::Events::with_state)
/// makes it.
pub struct EventsService<S = ()> {
    table: Arc<Table<SharedHandler<S>>>,
    finder: Finder<Extensions>,
    state: S,
}

impl<S> EventsService<S> {
    pub(super) fn new(
        table: Arc<Table<SharedHandler<S>>>,
        finder: Finder<Extensions>,
        state: S,
    ) -> Self {
        Self { table, finder, state }
    }
}

impl<S, B> Service<Request<B>> for EventsService<S>
where
    S: Clone + Send + Sync + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = EventsFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> EventsFuture {
        let (mut parts, body) = request.into_parts();
        let headers = HttpHeaders(&parts.headers);
        match choose(&self.table, self.finder, &mut parts.extensions, &headers) {
            Ok(Some(handler)) => {
                let request = Request::from_parts(parts, Body::new(body));
                EventsFuture::calling(handler.call(request, self.state.clone()))
            }
            Ok(None) => EventsFuture::ready(StatusCode::OK.into_response()),
            Err(rejection) => EventsFuture::ready(refuse(rejection, &parts).into_response()),
        }
    }
}

impl<S: Clone> Clone for EventsService<S> {
    fn clone(&self) -> Self {
        Self { table: Arc::clone(&self.table), finder: self.finder, state: self.state.clone() }
    }
}

impl<S> fmt::Debug for EventsService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventsService").field("table", &self.table).finish_non_exhaustive()
    }
}
