use actix_web::web::{FormConfig, JsonConfig, PayloadConfig, ServiceConfig};

use crate::adapter::Verifiers;

/// Sets the limits of actix's own extractors to the limit of the verifier, for an `App` or a
/// `Scope` with handlers behind [`VerifyMiddleware`](super::VerifyMiddleware).
///
/// Without these limits, actix answers 413 to verified bodies of more than 16 KiB in `web::Form`,
/// 256 KiB in `web::Bytes` and `String`, and 2 MiB in `web::Json`. For a pair of verifiers, the
/// larger limit is set. If a signed text can be longer than the body that was sent
/// ([`BodyForm`](crate::scheme::BodyForm)), the limit is that of the text.
///
/// The function adds a `PayloadConfig`, a `FormConfig` and a `JsonConfig` to the app data, which
/// replace those of outer scopes. If you later add a config of your own to the same scope, for
/// example one with an error handler, it replaces the config of this function: give your config the
/// limit [`verifier.get_body_limit()`](countersign_core::Verifier::get_body_limit).
///
/// # Examples
///
/// ```
/// use actix_web::{App, http::StatusCode, test, web};
/// use countersign::actix_web::{VerifyMiddleware, body_limits};
/// use countersign::{Secret, Signer, Verifier, providers::GitHub};
///
/// async fn existing(body: web::Bytes) -> String { body.len().to_string() }
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let verifier = Verifier::<GitHub>::new(secret.clone())?.body_limit(25 * 1024 * 1024);
/// let app = test::init_service(
///     App::new().service(
///         web::scope("/webhooks")
///             .configure(body_limits(&verifier))
///             .wrap(VerifyMiddleware::new(verifier))
///             .route("/github", web::post().to(existing)),
///     ),
/// )
/// .await;
///
/// let large = vec![b' '; 3_000_000];
/// let headers = Signer::<GitHub>::new(secret)?.sign(&large)?;
/// let delivery = |body: &[u8]| {
///     let request = test::TestRequest::post().uri("/webhooks/github").set_payload(body.to_vec());
///     headers.clone().into_iter().fold(request, test::TestRequest::append_header).to_request()
/// };
/// let response = test::call_service(&app, delivery(&large)).await;
/// assert_eq!(response.status(), StatusCode::OK);
/// assert_eq!(test::read_body(response).await, "3000000");
///
/// let response = test::call_service(&app, delivery(b"other bytes")).await;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
pub fn body_limits<V: Verifiers>(
    verifiers: &V,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + use<V> {
    let limit = verifiers.largest_text();
    move |config| {
        config
            .app_data(PayloadConfig::new(limit))
            .app_data(FormConfig::default().limit(limit))
            .app_data(JsonConfig::default().limit(limit));
    }
}
