//! A signature in preparation, for a provider that is chosen while the program runs.

use std::{fmt, time::SystemTime};

use super::AnyProvider;
use crate::{
    ConfigError, Secret,
    error::SignError,
    scheme::is_field_name,
    signed_url::SignedUrl,
    signer::{SignedHeaders, SigningKey, Unsigned},
};

/// A signature in preparation, for a provider that is chosen while the program runs.
/// [`AnyProvider::signing`] begins one.
#[must_use]
pub struct AnySigning<'a> {
    provider: AnyProvider,
    key: SigningKey,
    header: Option<Box<str>>,
    url: SignedUrl,
    time: Option<SystemTime>,
    id: Option<&'a str>,
}

impl AnySigning<'static> {
    pub(super) fn new(provider: AnyProvider, secret: &Secret) -> Result<Self, ConfigError> {
        let key = SigningKey::new(secret, &provider.scheme)?;
        Ok(Self { provider, key, header: None, url: SignedUrl::default(), time: None, id: None })
    }
}

impl<'a> AnySigning<'a> {
    /// Sets the signed time. Default: the present time.
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Sets the signed id. It has no effect if the provider does not sign an id in a header.
    pub fn id<'b>(self, id: &'b str) -> AnySigning<'b> {
        let Self { provider, key, header, url, time, .. } = self;
        let id = (!provider.scheme.describe().id_headers.is_empty()).then_some(id);
        AnySigning { provider, key, header, url, time, id }
    }

    /// Sets the signed URL. It has no effect if the provider does not sign it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedUrl`] if the URL is empty or has white space in it.
    pub fn url(self, url: &str) -> Result<Self, ConfigError> {
        Ok(Self { url: SignedUrl::new(url)?, ..self })
    }

    /// Puts the signature into this header. See [`Signer::header`](crate::Signer::header).
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if the name is not a field name of HTTP.
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        Ok(Self { header: Some(name.into()), ..self })
    }

    /// Makes the headers of this body.
    ///
    /// # Errors
    ///
    /// [`SignError`] if the scheme signs an id and none was set, or if the id or the time cannot be
    /// signed.
    pub fn sign(self, body: &[u8]) -> Result<SignedHeaders, SignError> {
        let Self { provider, key, header, url, time, id } = &self;
        let header = header.as_deref();
        Unsigned { key, header, url, time: *time, id: *id, body }.sign(&provider.scheme)
    }
}

impl fmt::Debug for AnySigning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnySigning")
            .field("provider", &self.provider.name())
            .finish_non_exhaustive()
    }
}
