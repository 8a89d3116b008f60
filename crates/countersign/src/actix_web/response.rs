//! Rejections as responses of actix.

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE},
    },
};

use crate::Rejection;

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut builder = HttpResponseBuilder::new(self.status_code());
        if let Some(token) = self.token() {
            builder.insert_header(token);
        }
        self.each_header(|name, value| {
            let name = match name {
                // actix writes this field itself, and ignores one in the map.
                "connection" => {
                    builder.force_close();
                    return;
                }
                "content-type" => CONTENT_TYPE,
                "www-authenticate" => WWW_AUTHENTICATE,
                other => HeaderName::from_static(other),
            };
            builder.insert_header((name, value.into_bytes()));
        });
        let mut response = builder.body(self.body());
        response.extensions_mut().insert(self.clone());
        response
    }
}
