//! The answer to `ssl_check`.

use crate::{Answer, providers::handshake::parameters, request::UnsignedRequest};

/// Answers the form `ssl_check=1` with 200 and an empty body. Slack occasionally sends this form
/// unsigned to the URL of a slash command, to check the server's certificate.
///
/// Pass the function to [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned). It returns
/// `None` for all other requests, which are rejected.
///
/// # Security
///
/// Anyone can send this form, and gains nothing by it. The function ignores the form's `token`,
/// because Slack deprecated it.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Verifier, providers::{Slack, slack}};
///
/// # let secret = "slack_secret";
/// let verifier =
///     Verifier::<Slack>::new(Secret::new(secret)?)?.answer_unsigned(slack::answer_ssl_check);
/// # use axum::{Router, body::{Body, to_bytes}, http::Request, routing::post};
/// # use countersign::VerifiedBody;
/// # use tower::ServiceExt;
/// # async fn on_command(_: VerifiedBody<Slack>) {}
/// # let app = Router::new().route("/slack", post(on_command)).with_state(verifier);
/// # let status = async |body: &'static str| {
/// #     let Ok(request) = Request::post("/slack").body(Body::from(body)) else { return 0 };
/// #     let Ok(response) = app.clone().oneshot(request).await;
/// #     response.status().as_u16()
/// # };
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// #     assert_eq!(status("token=x&ssl_check=1").await, 200);
/// #     assert_eq!(status("command=%2Fdeploy").await, 401);
/// # });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn answer_ssl_check(request: &UnsignedRequest<'_>) -> Option<Answer> {
    let form = str::from_utf8(request.body()).ok()?;
    let [value] = parameters(form, ["ssl_check"])?;
    (value == "1").then_some(Answer::text(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestTarget;

    #[test]
    fn answers_the_check_and_nothing_else() {
        let answered = |body: &[u8]| {
            let target = RequestTarget::new("/slack");
            let headers = [("Content-Type", "application/x-www-form-urlencoded")];
            answer_ssl_check(&UnsignedRequest::new(target, &headers, body))
        };
        for body in ["ssl_check=1", "ssl_check=1&token=a", "token=a&ssl_check=%31"] {
            assert_eq!(answered(body.as_bytes()), Some(Answer::text("")), "{body}");
        }
        for body in [
            &b""[..],
            b"ssl_check",
            b"ssl_check=",
            b"ssl_check=0",
            b"ssl_check=1&ssl_check=1",
            b"SSL_CHECK=1",
            b"command=ssl_check=1",
            b"{\"ssl_check\":\"1\"}",
            b"ssl_check=1&text=\xff",
        ] {
            assert_eq!(answered(body), None, "{}", body.escape_ascii());
        }
    }
}
