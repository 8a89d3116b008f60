//! The secrets of a verifier.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::{Secret, deserialize::OneOrList};
use crate::{ConfigError, scheme::SecretEncoding};

/// The secrets that a verifier accepts: the current one, and at most three retired ones.
///
/// To rotate a secret without losing a delivery, accept both secrets for a while: the provider
/// switches to the new one at a time of its own choice, and retries deliveries that it signed with
/// the old one. [`Verified::secret_index`] reports which secret matched (0 is the current one), so
/// that you see when the old one is no longer used.
///
/// [`Verified::secret_index`]: crate::adapter::VerifiedDelivery::secret_index
///
/// # Rejected secrets
///
/// - A fourth retired secret is rejected by [`with_retired`](Self::with_retired), with
///   [`ConfigError::TooManySecrets`].
/// - More than four secrets in total are rejected by [`Verifier::new`] and
///   [`Verifier::replace_secrets`], with the same error. Secrets that are joined in one text count
///   separately.
/// - An empty list in a configuration, or a list of more than four secrets, is rejected by
///   `Deserialize`.
/// - A secret that is not valid by itself is rejected as described on the page of [`Secret`].
///
/// [`Verifier::new`]: crate::Verifier::new
/// [`Verifier::replace_secrets`]: crate::Verifier::replace_secrets
///
/// # Defaults
///
/// There are no retired secrets. A retired secret does not expire: a verifier accepts it until
/// [`Verifier::replace_secrets`] removes it.
///
/// # Security
///
/// A rejected delivery is hashed once for each secret, in each accepted body form, so the time that
/// a rejection takes reveals how many secrets are accepted. Measured with HMAC-SHA256 over 1 MiB:
/// 0.9 ms without a retired secret, 2.0 ms with one, 4.0 ms with three. The time reveals nothing
/// about the secrets themselves. Remove retired secrets once the provider no longer signs with
/// them.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Secrets};
///
/// let secrets = Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?;
/// assert_eq!(secrets.len(), 2);
/// # Ok::<_, countersign::ConfigError>(())
/// ```
///
/// Guide: [secrets][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/secrets/index.html
#[derive(Clone, Debug)]
pub struct Secrets {
    current: Secret,
    retired: Vec<Secret>,
}

impl Secrets {
    /// Accepts one secret.
    #[must_use]
    pub fn new(current: Secret) -> Self {
        Self { current, retired: Vec::new() }
    }

    /// Accepts one secret, from an environment variable.
    ///
    /// # Errors
    ///
    /// The errors of [`Secret::from_env`].
    pub fn from_env(name: &str) -> Result<Self, ConfigError> {
        Secret::from_env(name).map(Self::new)
    }

    /// Accepts a former secret, too. Retired secrets are tried only if the current one does not
    /// match, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// [`ConfigError::TooManySecrets`] if there are three retired secrets already.
    pub fn with_retired(mut self, secret: Secret) -> Result<Self, ConfigError> {
        if self.retired.len() == MAX_RETIRED {
            return Err(ConfigError::TooManySecrets { limit: MAX_RETIRED });
        }
        self.retired.push(secret);
        Ok(self)
    }

    /// Returns the number of accepted secrets: 1 to 4. Secrets that are joined in one text count as
    /// one here, because only a scheme's [`SecretEncoding`] decides whether the text is split.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        1 + self.retired.len()
    }

    /// Returns the bytes of each key, the current one first.
    pub(crate) fn keys(
        &self,
        form: SecretEncoding,
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
        let secrets = std::iter::once(&self.current).chain(&self.retired);
        let keys: Vec<_> =
            secrets.flat_map(|secret| secret.keys(form)).collect::<Result<_, ConfigError>>()?;
        if keys.len() > 1 + MAX_RETIRED {
            return Err(ConfigError::TooManySecrets { limit: MAX_RETIRED });
        }
        Ok(keys)
    }
}

/// Takes the text of one secret, as [`Secret::new`] does.
impl FromStr for Secrets {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Secret::new(text).map(Self::new)
    }
}

/// Reads a text, or a list of texts with the current secret first. The format must be
/// self-describing, such as JSON, TOML or YAML.
///
/// # Examples
///
/// ```
/// use countersign::Secrets;
///
/// #[derive(serde::Deserialize)]
/// struct Config { webhook_secret: Secrets }
///
/// let config: Config = serde_json::from_str(r#"{"webhook_secret": "whsec_abc123"}"#)?;
/// assert_eq!(config.webhook_secret.len(), 1);
/// let config: Config = serde_json::from_str(r#"{"webhook_secret": ["new", "old"]}"#)?;
/// assert_eq!(config.webhook_secret.len(), 2);
/// assert!(serde_json::from_str::<Config>(r#"{"webhook_secret": []}"#).is_err());
/// # Ok::<_, serde_json::Error>(())
/// ```
impl<'de> Deserialize<'de> for Secrets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrList)
    }
}

impl From<Secret> for Secrets {
    fn from(current: Secret) -> Self {
        Self::new(current)
    }
}

/// Greatest number of retired secrets. Each one costs one more MAC over the body of a forged
/// delivery.
const MAX_RETIRED: usize = 3;
