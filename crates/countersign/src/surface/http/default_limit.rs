//! The limit of axum's own extractors.

use axum_core::extract::DefaultBodyLimit;
use http::Request;

/// Raises the limit of axum's own extractors (`Bytes`, `String`, `Json`, `Form`) to the limit of
/// the verifier. Otherwise they would answer 413 to larger bodies that were verified.
///
/// A limit of at most 2 MiB changes nothing: axum's default already allows it, and a value in the
/// request's extensions would allocate.
pub(crate) fn raise<B>(request: &mut Request<B>, limit: usize) {
    if limit > DEFAULT {
        // Does not disable the limit, because a layer inside can inflate the body.
        DefaultBodyLimit::max(limit).apply(request);
    }
}

/// In bytes: the default limit that axum-core 0.5 applies in `RequestExt::with_limited_body`.
const DEFAULT: usize = 2 * 1024 * 1024;
