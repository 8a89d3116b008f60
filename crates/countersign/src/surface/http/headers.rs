//! `http`'s header map as the core sees it.

use countersign_core::{HeaderSource, adapter::HeaderKey};
use http::{HeaderMap, HeaderName, header::InvalidHeaderName};

/// The headers of `http` 1, for verifying without an adapter: in a framework that is not served
/// here, or out of a queue.
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
        // The values are not shown: a signature is as good as its delivery.
        f.debug_set().entries(self.0.keys()).finish()
    }
}
