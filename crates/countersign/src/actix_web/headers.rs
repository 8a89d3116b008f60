//! The header map of actix, as a source of headers for the core.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, InvalidHeaderName};
use countersign_core::{HeaderSource, adapter::HeaderKey};

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

    fn values_by_key<'a>(&'a self, name: &'a HeaderKey) -> impl Iterator<Item = &'a [u8]> {
        let fields = match name.prepared(|text| HeaderName::try_from(text)) {
            Some(Ok(name)) => self.0.get_all(name),
            Some(Err::<_, InvalidHeaderName>(_)) | None => self.0.get_all(name.as_str()),
        };
        fields.map(HeaderValue::as_bytes)
    }
}

impl std::fmt::Debug for ActixHeaders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values are not shown, because a signature and its body can be sent again.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(all(test, any(feature = "axum", feature = "tower")))]
mod tests {
    use countersign_core::{Secret, Signer, Verifier, providers::StandardWebhooks};

    use super::*;
    use crate::adapter::HttpHeaders;

    #[test]
    fn one_verifier_finds_its_headers_in_either_frameworks_map() {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let signer = Signer::<StandardWebhooks>::new(secret.clone()).unwrap();
        let signed = signer.at(std::time::SystemTime::now()).id("msg_1").sign(b"{}").unwrap();
        let (mut http_map, mut actix_map) = (http::HeaderMap::new(), HeaderMap::new());
        for (name, value) in signed.iter() {
            http_map.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
            actix_map.insert(HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        let verifier = || Verifier::<StandardWebhooks>::new(secret.clone()).unwrap();
        let (http_first, actix_first) = (verifier(), verifier());
        for _ in 0..2 {
            assert!(http_first.verify(&HttpHeaders(&http_map), b"{}").is_ok());
            assert!(http_first.verify(&ActixHeaders(&actix_map), b"{}").is_ok());
            assert!(actix_first.verify(&ActixHeaders(&actix_map), b"{}").is_ok());
            assert!(actix_first.verify(&HttpHeaders(&http_map), b"{}").is_ok());
        }
    }
}
