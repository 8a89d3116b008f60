//! The answer to the ping.

use crate::{Answer, request::UnsignedRequest};

/// Answers the ping, the form `webhook_id=1`, with 200 and an empty body. WooCommerce sends the
/// ping without a signature when a webhook is activated.
///
/// Pass the function to [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned). It returns
/// `None` for all other requests, which are rejected.
///
/// # Security
///
/// Anyone can send this form, and gains nothing by it.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Verifier, providers::{WooCommerce, woocommerce}};
///
/// # let secret = "woo_secret";
/// let verifier = Verifier::<WooCommerce>::new(Secret::new(secret)?)?
///     .answer_unsigned(woocommerce::answer_ping);
/// # use axum::{Router, body::Body, http::Request, routing::post};
/// # use countersign::Webhook;
/// # use tower::ServiceExt;
/// # async fn on_event(_: Webhook<woocommerce::Event>) {}
/// # let app = Router::new().route("/", post(on_event)).with_state(verifier);
/// # let status = async |body: &'static str| {
/// #     let Ok(request) = Request::post("/").body(Body::from(body)) else { return 0 };
/// #     let Ok(response) = app.clone().oneshot(request).await;
/// #     response.status().as_u16()
/// # };
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// #     assert_eq!(status("webhook_id=1").await, 200);
/// #     assert_eq!(status(r#"{"id":7}"#).await, 401);
/// # });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn answer_ping(request: &UnsignedRequest<'_>) -> Option<Answer> {
    let id = request.body().strip_prefix(b"webhook_id=")?;
    let is_number = !id.is_empty() && id.iter().all(u8::is_ascii_digit);
    is_number.then_some(Answer::text(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestTarget;

    #[test]
    fn answers_the_ping_and_nothing_else() {
        let answered = |body: &[u8]| {
            let target = RequestTarget::new("/");
            let headers = [("Content-Type", "application/x-www-form-urlencoded")];
            answer_ping(&UnsignedRequest::new(target, &headers, body))
        };
        assert_eq!(answered(b"webhook_id=42"), Some(Answer::text("")));
        for body in
            [&b""[..], b"webhook_id=", b"webhook_id=x", b"webhook_id=1&a=b", b"{\"webhook_id\":1}"]
        {
            assert_eq!(answered(body), None, "{}", body.escape_ascii());
        }
    }
}
