//! Mistakes in settings.

use std::fmt;

/// A setting that cannot be accepted. It holds no secret.
///
/// `Debug` writes the same text as `Display`, with all sources: a `main` that returns the error
/// prints a line that can be read.
///
/// # Examples
///
/// ```
/// let error = countersign_core::Secret::from_env("NO_SUCH_VARIABLE").unwrap_err();
/// assert_eq!(format!("{error:?}"), "environment variable NO_SUCH_VARIABLE: not set");
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret without a byte would let anybody sign.
    #[error("the secret is empty")]
    EmptySecret,
    /// See [`Secret::new`](crate::Secret::new).
    #[error("the secret has white space around it")]
    SecretWhiteSpace,
    /// See [`Secret::new`](crate::Secret::new).
    #[error("the secret has quotes around it")]
    SecretInQuotes,
    /// The scheme's keys come as base64.
    #[error("the secret is not base64, with or without {prefix:?} in front")]
    SecretNotBase64 {
        /// What may come before the base64.
        prefix: &'static str,
    },
    /// The provider's keys are longer than this one.
    #[error("the secret's key has {length} bytes, and not {at_least} or more")]
    SecretLength {
        /// The length of the key that was given, in bytes.
        length: usize,
        /// The fewest bytes that a key has.
        at_least: usize,
    },
    /// The scheme verifies with a public key, and this is none that can be trusted.
    #[error("the secret is not a public key of Ed25519")]
    NotAPublicKey,
    /// The scheme signs with a private key, and this is none.
    #[error("the secret is not a private key of Ed25519")]
    NotAPrivateKey,
    /// There are more retired secrets than a verifier tries.
    #[error("more than {limit} retired secrets")]
    TooManySecrets {
        /// How many there may be.
        limit: usize,
    },
    /// The environment variable is missing.
    #[error("not set")]
    VariableNotSet,
    /// The environment variable's value is no text.
    #[error("not Unicode")]
    VariableNotUnicode,
    /// What is wrong with the secret in an environment variable.
    #[error("environment variable {name}: {source}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with its value.
        source: Box<Self>,
    },
    /// Not a field name of HTTP (RFC 9110, section 5.1).
    #[error("{name:?} is not the name of a header")]
    HeaderName {
        /// What was given.
        name: String,
    },
    /// The verifier looks its secrets up, and has none of its own to replace.
    #[error("the verifier's secrets are looked up per tenant")]
    SecretsPerTenant,
    /// The URL that the scheme signs is empty or contains white space. Usually it comes from a
    /// variable that was not set, or from a line of a file with its line break. Give the exact text
    /// that you gave the provider.
    #[error("the signed url is empty or has white space in it")]
    MalformedUrl,
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_a_configuration_error_so_that_it_can_be_read() {
        let variable = |source: ConfigError| ConfigError::Variable {
            name: "STRIPE_SECRET".to_owned(),
            source: source.into(),
        };
        for (error, expected) in [
            (ConfigError::EmptySecret, "the secret is empty"),
            (
                variable(ConfigError::SecretInQuotes),
                "environment variable STRIPE_SECRET: the secret has quotes around it",
            ),
            (
                variable(variable(ConfigError::VariableNotSet)),
                "environment variable STRIPE_SECRET: environment variable STRIPE_SECRET: not set",
            ),
        ] {
            assert_eq!(format!("{error:?}"), expected);
            // A `main` that returns the error prints this.
            let error: Box<dyn std::error::Error> = error.into();
            assert_eq!(format!("{error:?}"), expected);
        }
    }
}
