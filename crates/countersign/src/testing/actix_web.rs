use actix_web::test::TestRequest;

use super::SignedRequest;

impl SignedRequest {
    /// Makes a request for [`actix_web::test`](mod@actix_web::test), which adds the
    /// `Content-Length`.
    ///
    /// # Panics
    ///
    /// If the URI, or a header that was set, is not valid: [`TestRequest`] panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, actix_web::ActixHeaders};
    /// use countersign::{providers::GitHub, testing::SignedRequest};
    ///
    /// let secret = Secret::new("It's a Secret to Everybody")?;
    /// let genuine = SignedRequest::new(&Signer::<GitHub>::new(secret.clone())?, "Hello, World!")?;
    /// let request = genuine.actix("/webhooks").to_http_request();
    /// assert_eq!(request.method(), "POST");
    /// assert_eq!(request.headers().get("content-type").unwrap(), "application/json");
    ///
    /// let verifier = Verifier::<GitHub>::new(secret)?;
    /// let headers = ActixHeaders(request.headers());
    /// assert!(verifier.verify(&headers, "Hello, World!").is_ok());
    /// assert!(verifier.verify(&headers, "Hello, World?").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn actix(&self, uri: &str) -> TestRequest {
        self.headers()
            .fold(TestRequest::post().uri(uri), TestRequest::append_header)
            .set_payload(self.body().clone())
    }
}
