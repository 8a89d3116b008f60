//! actix's header map as the core sees it.

use actix_web::http::header::{HeaderMap, HeaderValue};
use countersign_core::HeaderSource;

/// The headers of actix-web 4, for verifying without the extractors or the middleware.
///
/// # Examples
///
/// ```
/// use actix_web::http::header::{HeaderMap, HeaderName};
/// use countersign::{Secret, Signer, Verifier, actix_web::ActixHeaders, providers::GitHub};
///
/// let secret = Secret::new("secret")?;
/// let mut headers = HeaderMap::new();
/// for (name, value) in Signer::<GitHub>::new(secret.clone())?.sign(b"{}")? {
///     headers.insert(HeaderName::try_from(name)?, value.parse()?);
/// }
/// let verifier = Verifier::<GitHub>::new(secret)?;
/// assert!(verifier.verify(&ActixHeaders(&headers), "{}").is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct ActixHeaders<'a>(
    /// The map.
    pub &'a HeaderMap,
);

impl HeaderSource for ActixHeaders<'_> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.get_all(name).map(HeaderValue::as_bytes)
    }
}

impl std::fmt::Debug for ActixHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The values are not shown: a signature is as good as its delivery.
        f.debug_set().entries(self.0.keys()).finish()
    }
}
