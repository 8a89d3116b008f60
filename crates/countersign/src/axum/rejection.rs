use axum_core::response::{IntoResponse, Response};

use crate::Rejection;

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        http::Response::from(self).map(axum_core::body::Body::new)
    }
}
