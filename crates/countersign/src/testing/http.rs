use bytes::Bytes;
use http::Request;

use super::SignedRequest;

impl SignedRequest {
    /// Makes a request of `http` 1, with any body type that can be made from [`Bytes`]: axum's
    /// `Body`, `Full<Bytes>` or `Bytes`.
    ///
    /// # Errors
    ///
    /// [`http::Error`] if the URI, or a header that was set, is not valid.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::Bytes;
    /// use countersign::{Secret, Signer, Verifier, adapter::HttpHeaders};
    /// use countersign::{providers::GitHub, testing::SignedRequest};
    /// use http_body_util::Full;
    ///
    /// let secret = Secret::new("It's a Secret to Everybody")?;
    /// let genuine = SignedRequest::new(&Signer::<GitHub>::new(secret.clone())?, "Hello, World!")?;
    /// let request: http::Request<Full<Bytes>> = genuine.http("/webhooks")?;
    /// assert_eq!(request.method(), "POST");
    /// assert_eq!(request.headers()["content-type"], "application/json");
    ///
    /// let verifier = Verifier::<GitHub>::new(secret)?;
    /// let headers = HttpHeaders(request.headers());
    /// assert!(verifier.verify(&headers, "Hello, World!").is_ok());
    /// assert!(verifier.verify(&headers, "Hello, World?").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn http<B: From<Bytes>>(&self, uri: &str) -> Result<Request<B>, http::Error> {
        let request = Request::post(uri);
        self.headers()
            .fold(request, |request, (name, value)| request.header(name, value))
            .body(self.body().clone().into())
    }
}
