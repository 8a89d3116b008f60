//! The limit of axum's own extractors.

use axum_core::extract::DefaultBodyLimit;
use http::Request;

/// Raises the limit of axum's own extractors (`Bytes`, `String`, `Json`, `Form`) to that of the
/// verifier, because they would reject with 413 what was verified.
///
/// A limit of at most 2 MiB changes nothing: axum's default already allows it, and a value in the
/// request's extensions would allocate.
pub(crate) fn raised<B>(mut request: Request<B>, limit: usize) -> Request<B> {
    if limit > DEFAULT {
        // Not `disable`, because a layer inside can inflate the body.
        DefaultBodyLimit::max(limit).apply(&mut request);
    }
    request
}

/// Bytes; what axum-core 0.5 applies in `RequestExt::with_limited_body`.
const DEFAULT: usize = 2 * 1024 * 1024;
