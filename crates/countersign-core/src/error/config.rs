//! Errors in settings.

use std::fmt;

/// A setting that is not valid.
///
/// The error holds no secret, and has no source. `Debug` writes the same text as `Display`, so that
/// a `main` that returns the error prints a readable line.
///
/// # Examples
///
/// ```
/// let error = countersign::Secret::from_env("NO_SUCH_VARIABLE").unwrap_err();
/// assert_eq!(format!("{error:?}"), "environment variable NO_SUCH_VARIABLE: not set");
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is empty: anybody could sign with it. Usually an environment variable is set to
    /// an empty text. Set the variable to the secret that the provider shows.
    #[error("the secret is empty")]
    EmptySecret,
    /// The secret begins or ends with white space. Usually it was read from a file with a line
    /// break at its end. Remove the white space; [`Secret::from_bytes`](crate::Secret::from_bytes)
    /// takes a secret that really has it.
    #[error("the secret has white space around it")]
    SecretWhiteSpace,
    /// The secret has quotes around it. Usually a file of variables was read by a program that
    /// keeps the quotes. Remove them; [`Secret::from_bytes`](crate::Secret::from_bytes) takes a
    /// secret that really has them.
    #[error("the secret has quotes around it")]
    SecretInQuotes,
    /// The scheme decodes secrets from base64, and this secret is not base64. Usually it is the
    /// secret of another provider, or a part of it is missing. Copy the whole text that the
    /// provider shows.
    #[error("the secret is not base64 (the prefix {prefix:?} may be in front of it)")]
    SecretNotBase64 {
        /// The prefix that may precede the base64.
        prefix: &'static str,
    },
    /// The secret's key is shorter than the scheme requires. Usually a part of the secret is
    /// missing. Copy the whole text that the provider shows.
    #[error("the secret's key has {length} bytes, and needs at least {at_least}")]
    SecretLength {
        /// The length of the key that was given, in bytes.
        length: usize,
        /// The minimum length of a key, in bytes.
        at_least: usize,
    },
    /// The scheme verifies with a public key, but the secret is not a public key, or is a weak one
    /// that accepts forged signatures. Usually the secret is the private key. Give the text that
    /// begins with `whpk_`.
    #[error("the secret is not a public key of Ed25519")]
    NotAPublicKey,
    /// The scheme signs with a private key, but the secret is not a private key. Usually the secret
    /// is the public key. Give the text that begins with `whsk_`.
    #[error("the secret is not a private key of Ed25519")]
    NotAPrivateKey,
    /// There are more retired secrets than a verifier tries. Usually secrets of finished rotations
    /// were not removed. Remove the oldest ones.
    #[error("more than {limit} retired secrets")]
    TooManySecrets {
        /// The greatest number of retired secrets that a verifier tries.
        limit: usize,
    },
    /// The environment variable is missing. Usually its name has a typing error, or the service
    /// runs without its settings. Set the variable.
    #[error("not set")]
    VariableNotSet,
    /// The value of the environment variable is not Unicode. Usually raw bytes of a key were put
    /// into it. Set it to the text that the provider shows.
    #[error("not Unicode")]
    VariableNotUnicode,
    /// An environment variable is missing, or its value is not a valid secret. The error's text
    /// contains the reason, so the error has no source.
    #[error("environment variable {name}: {reason}")]
    Variable {
        /// The name of the variable.
        name: String,
        /// The reason for the error.
        reason: Box<Self>,
    },
    /// The text is not a field name of HTTP (RFC 9110, section 5.1). Usually it has a colon or a
    /// space. Give the name only, such as `X-Signature`.
    #[error("{name:?} is not the name of a header")]
    HeaderName {
        /// The text that was given.
        name: String,
    },
    /// The verifier looks secrets up per tenant, and has no secrets of its own to replace. Change
    /// the tenant's secrets in their source, and call
    /// [`Verifier::forget_tenant`](crate::Verifier::forget_tenant).
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
        let variable = |reason: ConfigError| ConfigError::Variable {
            name: "STRIPE_SECRET".to_owned(),
            reason: reason.into(),
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
            // Programs that print the sources as well do not repeat the reason.
            assert!(std::error::Error::source(&*error).is_none());
        }
    }
}
