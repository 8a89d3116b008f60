//! The page of a request that is refused.

use askama::Template;

use super::Frame;
use crate::{Operator, Request, error::Refused};

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: Frame<'a>,
    text: &'a str,
}

/// Writes the page. It shows nothing of the request. Without an operator, the page has neither a
/// style nor links.
pub(crate) fn page<'a>(
    request: &'a Request,
    refused: &'a Refused,
    operator: Option<&Operator>,
    has_refusals: bool,
    nonce: &'a str,
) -> String {
    let title = match refused.status() {
        401 => "Login",
        403 => "Not allowed",
        404 => "Not found",
        503 => "Not available",
        _ => "Not valid",
    };
    let frame = Frame {
        title: title.into(),
        place: "",
        base: &request.base,
        nonce,
        operator: operator.map(|operator| operator.name().to_owned()),
        token: String::new(),
        may_act: operator.is_some_and(Operator::may_act),
        has_refusals,
    };
    let text = refused.text();
    // Without the frame, the text is better than nothing.
    Message { frame, text }.render().unwrap_or_else(|_| text.to_owned())
}
