//! The style and the script.

use crate::Response;

const STYLE: &str = include_str!("../assets/console.css");
const SCRIPT: &str = include_str!("../assets/console.js");

/// The version in the URLs of both files. Browsers keep them for an hour, and a new release has new
/// URLs.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn style() -> Response {
    kept(Response::new(200, "text/css; charset=utf-8", STYLE))
}

pub(crate) fn script() -> Response {
    kept(Response::new(200, "text/javascript; charset=utf-8", SCRIPT))
}

fn kept(response: Response) -> Response {
    response.with("cache-control", "private, max-age=3600".to_owned())
}
