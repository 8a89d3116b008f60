//! The header map of `http`, as a source of headers for the core.

use countersign_core::{HeaderSource, adapter::HeaderKey};
use http::{HeaderMap, HeaderName, header::InvalidHeaderName};

/// The headers of `http` 1, for code that verifies without an adapter: in another framework, or for
/// deliveries from a queue.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Signer, Verifier, adapter::HttpHeaders, providers::GitHub};
///
/// let secret = Secret::new("secret")?;
/// let mut headers = http::HeaderMap::new();
/// for (name, value) in Signer::<GitHub>::new(secret.clone())?.sign(b"{}")? {
///     headers.insert(http::HeaderName::try_from(name)?, value.parse()?);
/// }
/// let verifier = Verifier::<GitHub>::new(secret)?;
/// assert!(verifier.verify(&HttpHeaders(&headers), "{}").is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct HttpHeaders<'a>(
    /// The map.
    pub &'a HeaderMap,
);

impl HeaderSource for HttpHeaders<'_> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).iter().map(http::HeaderValue::as_bytes)
    }

    fn values_by_key<'a>(&'a self, name: &'a HeaderKey) -> impl Iterator<Item = &'a [u8]> {
        let fields = match name.prepared(|text| HeaderName::try_from(text)) {
            Some(Ok(name)) => self.0.get_all(name),
            Some(Err::<_, InvalidHeaderName>(_)) | None => self.0.get_all(name.as_str()),
        };
        fields.iter().map(http::HeaderValue::as_bytes)
    }
}

impl std::fmt::Debug for HttpHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values are not shown, because a signature and its body can be sent again.
        f.debug_set().entries(self.0.keys()).finish()
    }
}
