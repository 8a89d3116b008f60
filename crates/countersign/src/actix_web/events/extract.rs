//! The extractors that handlers of `Events` can take.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use crate::{
    EventData, Rejection, Unhandled,
    actix_web::{ActixHeaders, intake::refuse},
};

impl<T: DeserializeOwned + 'static> FromRequest for EventData<T> {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = Self::read(&*request.extensions());
        ready(read.map_err(|rejection| refuse(rejection, request)))
    }
}

impl FromRequest for Unhandled {
    type Error = Rejection;
    type Future = Ready<Result<Self, Rejection>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = Self::read(&*request.extensions(), &ActixHeaders(request.headers()));
        ready(read.map_err(|rejection| refuse(rejection, request)))
    }
}
