//! Rejections as responses of actix.

use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode};

use crate::Rejection;
#[cfg(feature = "idempotency")]
use crate::idempotency;

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let answer = self.answer();
        let mut builder = HttpResponseBuilder::new(self.status_code());
        builder.content_type(answer.content_type());
        if let Some(token) = answer.field() {
            builder.insert_header(token);
        }
        for header in self.headers() {
            match header {
                // actix writes this field itself, and passes over one in the map.
                ("connection", _) => builder.force_close(),
                _ => builder.insert_header(header),
            };
        }
        let mut response = builder.body(answer.into_body());
        response.extensions_mut().insert(self.clone());
        response
    }
}

#[cfg(feature = "idempotency")]
impl ResponseError for idempotency::Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut builder = HttpResponseBuilder::new(self.status_code());
        for (name, value) in self.headers() {
            builder.insert_header((name, &*value));
        }
        let mut response = builder.body(self.body());
        response.extensions_mut().insert(self.clone());
        response
    }
}
