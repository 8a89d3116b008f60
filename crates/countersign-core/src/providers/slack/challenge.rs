//! The answer to `url_verification`.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{
    Provider, Verified,
    providers::handshake::{HandshakeAnswer, token},
};

/// Answers `url_verification`, the event that Slack sends when the Request URL is entered. The
/// answer is the event's `challenge`, as text.
///
/// Returns `None` for all other events, which your handler handles, and for a challenge that must
/// not be repeated (see [`HandshakeAnswer`]).
///
/// # Security
///
/// Slack signs this request as it signs all deliveries. The function therefore takes a
/// [`Verified`]: no text is repeated for a sender that does not know the signing secret.
///
/// # Examples
///
/// ```
/// use axum::response::{IntoResponse, Response};
/// use axum::{Router, http::StatusCode, routing::post};
/// use countersign::providers::{Slack, slack};
/// use countersign::{Secret, Verifier, Webhook};
///
/// async fn on_slack(Webhook { event, verified, .. }: Webhook<slack::Event>) -> Response {
///     if let Some(answer) = slack::answer_challenge(&verified) {
///         return (answer.headers(), answer.into_body()).into_response();
///     }
///     println!("{:?}: {}", event.event_type, event.json.as_str());
///     StatusCode::OK.into_response()
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let secret = "slack_secret";
/// let verifier = Verifier::<Slack>::new(Secret::new(secret)?)?;
/// let app = Router::new().route("/slack", post(on_slack)).with_state(verifier);
/// # use axum::body::{Body, to_bytes};
/// # use countersign::{Signer, testing::SignedRequest};
/// # use tower::ServiceExt;
/// # let now = std::time::SystemTime::now();
/// # let signer = Signer::<Slack>::new(Secret::new(secret)?)?;
/// # let body = r#"{"token":"t","challenge":"3eZbrw1a","type":"url_verification"}"#;
/// # let genuine = SignedRequest::new(signer.at(now), body)?;
/// # let response = app.clone().oneshot(genuine.http::<Body>("/slack")?).await?;
/// # assert_eq!(response.status(), StatusCode::OK);
/// # assert_eq!(response.headers()["content-type"], "text/plain");
/// # assert_eq!(response.headers()["x-content-type-options"], "nosniff");
/// # assert_eq!(to_bytes(response.into_body(), 99).await?, "3eZbrw1a");
/// # let forged = genuine.forged();
/// # let response = app.clone().oneshot(forged.http::<Body>("/slack")?).await?;
/// # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # let body = r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#;
/// # let genuine = SignedRequest::new(signer.at(now), body)?;
/// # let response = app.oneshot(genuine.http::<Body>("/slack")?).await?;
/// # assert_eq!(response.status(), StatusCode::OK);
/// # assert!(to_bytes(response.into_body(), 99).await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn answer_challenge<P, B>(verified: &Verified<P, B>) -> Option<HandshakeAnswer>
where
    P: Provider,
    B: AsRef<[u8]>,
{
    let request: Request<'_> = serde_json::from_slice(verified.bytes()).ok()?;
    if request.kind != "url_verification" {
        return None;
    }
    token(&request.challenge?).map(HandshakeAnswer::text)
}

/// The members that this module reads. All others are skipped, at any depth of nesting.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    challenge: Option<Cow<'a, str>>,
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::{Secret, Signer, Verifier, clock::FixedClock, providers::Slack};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn verifier() -> Result<Verifier<Slack>, crate::ConfigError> {
        let clock = FixedClock::at_unix_seconds(1_700_000_000);
        Ok(Verifier::new(Secret::new("slack_secret")?)?.clock(clock))
    }

    #[test]
    fn answers_a_challenge_signed_by_cpython() -> Outcome {
        // hmac.new(b"slack_secret", b"v0:1700000000:" + body, hashlib.sha256).hexdigest()
        let body = concat!(
            r#"{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","#,
            r#""type":"url_verification"}"#,
        );
        let headers = [
            (
                "X-Slack-Signature",
                "v0=dc8ad3d9ed2821f08cf6e97b65e3a9b3e50f7abdf01f62ea917a85c21aa760fd",
            ),
            ("X-Slack-Request-Timestamp", "1700000000"),
        ];
        let verifier = verifier()?;
        let verified = verifier.verify(&headers, body)?;
        let answer = answer_challenge(&verified).ok_or("no answer")?;
        assert_eq!(answer.body(), "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
        Ok(())
    }

    #[test]
    fn leaves_all_other_deliveries_to_the_handler() -> Outcome {
        let signer = Signer::<Slack>::new(Secret::new("slack_secret")?)?;
        let verifier = verifier()?;
        for body in [
            r#"{"type":"event_callback","challenge":"a"}"#,
            r#"{"type":"url_verification"}"#,
            r#"{"type":"url_verification","challenge":1}"#,
            r#"{"type":"url_verification","challenge":"<b>"}"#,
            r#"{"type":"url_verification","challenge":"a","challenge":"b"}"#,
            "payload=%7B%7D",
            "\u{0}",
        ] {
            let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            let headers = signer.at(now).sign(body.as_bytes())?;
            let verified = verifier.verify(&headers, body)?;
            assert!(answer_challenge(&verified).is_none(), "{body}");
        }
        Ok(())
    }
}
