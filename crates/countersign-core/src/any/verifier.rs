//! A verifier for a provider that is chosen while the program runs.

use std::{
    borrow::Cow,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::AnyProvider;
use crate::{
    ConfigError, Secrets, VerifyError,
    adapter::{HeaderKey, VerifiedDelivery},
    key::Keys,
    scheme::{BodyForm, is_field_name},
    signed_url::SignedUrl,
    verification::time::Tolerance,
    verifier::Settings,
};

/// A verifier for a provider that is chosen while the program runs. [`AnyProvider::verifier`] makes
/// one. Its verdicts are those of a [`Verifier`](crate::Verifier).
pub struct AnyVerifier {
    provider: AnyProvider,
    settings: Settings,
    keys: Keys,
}

impl AnyVerifier {
    pub(super) fn new(provider: AnyProvider, secrets: &Secrets) -> Result<Self, ConfigError> {
        let keys = Keys::new(secrets, &provider.scheme)?;
        let settings = Settings::new(&provider.scheme, SignedUrl::default());
        Ok(Self { provider, settings, keys })
    }

    /// Sets the URL that the provider signs. It has no effect if the provider does not sign it.
    /// Without a URL, a delivery of a provider that signs the URL does not match.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedUrl`] if the URL is empty or has white space in it.
    pub fn url(mut self, url: &str) -> Result<Self, ConfigError> {
        self.settings.url = SignedUrl::new(url)?;
        Ok(self)
    }

    /// Looks for the signature in this header. See [`Verifier::header`](crate::Verifier::header).
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if the name is not a field name of HTTP.
    pub fn header(mut self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        let (id, timestamp) = self.provider.scheme.companions(name);
        let fields = |names: Option<&str>| names.map(HeaderKey::new).into_iter().collect();
        self.settings.signature_headers = fields(Some(name));
        self.settings.id_headers = fields(id);
        self.settings.timestamp_headers = fields(timestamp);
        Ok(self)
    }

    /// Accepts signatures over these body forms. See [`Verifier::forms`](crate::Verifier::forms).
    #[must_use]
    pub fn forms(mut self, forms: impl Into<Arc<[BodyForm]>>) -> Self {
        self.settings.forms = forms.into();
        self
    }

    /// Accepts signed times up to this far from now. See
    /// [`Verifier::tolerance`](crate::Verifier::tolerance).
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.settings.tolerance = Tolerance::Within(tolerance);
        self
    }

    /// Sets the greatest length of a body in bytes. Default: 1 MiB.
    #[must_use]
    pub fn body_limit(mut self, limit: usize) -> Self {
        self.settings.body_limit = limit;
        self
    }

    /// Verifies a delivery. See [`Verifier::verify`](crate::Verifier::verify).
    ///
    /// # Errors
    ///
    /// [`VerifyError`], with the reason of the rejection.
    pub fn verify<'a>(
        &self,
        headers: &[(String, String)],
        body: &'a [u8],
    ) -> Result<VerifiedDelivery<Cow<'a, [u8]>>, VerifyError> {
        (self.provider.judge)(&self.settings, &self.keys, headers, body, None)
    }

    /// Verifies a delivery that was received earlier. See
    /// [`Verifier::verify_at`](crate::Verifier::verify_at).
    ///
    /// # Errors
    ///
    /// [`VerifyError`], with the reason of the rejection.
    pub fn verify_at<'a>(
        &self,
        received_at: SystemTime,
        headers: &[(String, String)],
        body: &'a [u8],
    ) -> Result<VerifiedDelivery<Cow<'a, [u8]>>, VerifyError> {
        (self.provider.judge)(&self.settings, &self.keys, headers, body, Some(received_at))
    }
}

impl fmt::Debug for AnyVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyVerifier")
            .field("provider", &self.provider.name())
            .finish_non_exhaustive()
    }
}
