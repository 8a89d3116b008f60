//! Signing secrets: never empty, never printed, wiped from memory.

mod deserialize;
mod encoded;
mod secrets;

use std::{env, fmt, str::FromStr};

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::{ConfigError, scheme::SecretEncoding};

pub use secrets::Secrets;

/// The signing secret of one endpoint.
///
/// A secret is never empty, and its bytes are wiped from memory when it is dropped. The provider's
/// scheme decides how the text becomes a key ([`SecretEncoding`]): most schemes use the UTF-8 bytes
/// of the text, some decode base64. If the scheme decodes base64, the text can contain several
/// secrets, joined by `|` as some consoles show them. Each of them counts as one of the verifier's
/// [`Secrets`]. The first one is the current one, with which a [`Signer`](crate::Signer) signs.
///
/// # Rejected secrets
///
/// These secrets are rejected when the secret is made:
///
/// | secret | error |
/// |---|---|
/// | empty | [`ConfigError::EmptySecret`] |
/// | text with white space around it | [`ConfigError::SecretWhiteSpace`] |
/// | text in quotes | [`ConfigError::SecretInQuotes`] |
/// | from a variable that is not set | [`ConfigError::VariableNotSet`] |
/// | from a variable that is not Unicode | [`ConfigError::VariableNotUnicode`] |
/// | not text in the configuration, such as a number | the error of the configuration's format |
///
/// [`from_bytes`](Self::from_bytes) rejects only an empty secret. [`from_env`](Self::from_env) puts
/// the error into a [`ConfigError::Variable`], which names the variable.
///
/// Some secrets are rejected later, when the scheme is known: by [`Verifier::new`],
/// [`Verifier::replace_secrets`], [`Signer::new`](crate::Signer::new), and the lookup of a tenant's
/// secrets.
///
/// | secret | error |
/// |---|---|
/// | not base64, if the scheme decodes base64 | [`ConfigError::SecretNotBase64`] |
/// | shorter than the scheme's least length | [`ConfigError::SecretLength`] |
/// | not a public key, if the scheme verifies with one | [`ConfigError::NotAPublicKey`] |
/// | not a private key, if the scheme signs with one | [`ConfigError::NotAPrivateKey`] |
///
/// [`Verifier::new`]: crate::Verifier::new
/// [`Verifier::replace_secrets`]: crate::Verifier::replace_secrets
///
/// # Defaults
///
/// A secret has no settings. Its least length is 1 byte. A scheme that decodes base64 states its
/// own least length, in bytes of the decoded key.
///
/// # Security
///
/// `Debug` prints nothing of the secret, and no method returns it. Copies that other code has made
/// are not wiped, such as those in the process environment or in the text of a configuration.
///
/// Errors of `Deserialize` do not contain the secret, whatever its type in the configuration. Some
/// parsers add the line of the configuration to their errors: do not log those errors.
///
/// # Examples
///
/// ```
/// use countersign::Secret;
///
/// let secret = Secret::new("your_webhook_secret")?;
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
///
/// assert!(Secret::new("").is_err());
/// assert!(Secret::new("pasted with a newline\n").is_err());
/// # Ok::<_, countersign::ConfigError>(())
/// ```
///
/// Guide: [secrets][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/secrets/index.html
#[derive(Clone)]
#[doc(alias = "signing secret")]
#[doc(alias = "webhook secret")]
pub struct Secret {
    bytes: Zeroizing<Vec<u8>>,
    /// False if the bytes are the key itself. The scheme then does not decode them.
    is_text: bool,
}

impl Secret {
    /// Takes the secret as the provider shows it.
    ///
    /// # Errors
    ///
    /// - [`ConfigError::EmptySecret`] if the text is empty.
    /// - [`ConfigError::SecretWhiteSpace`] if white space surrounds the text. Usually the white
    ///   space was copied by mistake, or is the line break at the end of a file. It is not removed,
    ///   because a secret can really have white space around it: [`Secret::from_bytes`] accepts
    ///   such a secret.
    /// - [`ConfigError::SecretInQuotes`] if the text is in quotes, `"..."` or `'...'`. A shell
    ///   removes the quotes, but `docker run --env-file` keeps them. `from_bytes` accepts a secret
    ///   that really has quotes around it.
    pub fn new(text: impl Into<String>) -> Result<Self, ConfigError> {
        let bytes = Zeroizing::new(text.into().into_bytes());
        if bytes.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        // The bytes are always UTF-8, because they come from a `String`.
        let is_padded = str::from_utf8(&bytes).is_ok_and(|text| text.trim() != text);
        if is_padded {
            return Err(ConfigError::SecretWhiteSpace);
        }
        if let [first @ (b'"' | b'\''), .., last] = &bytes[..]
            && first == last
        {
            return Err(ConfigError::SecretInQuotes);
        }
        Ok(Self { bytes, is_text: true })
    }

    /// Takes the secret's text from an environment variable.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Variable`], which names the variable. Its `reason` is an error of
    /// [`Secret::new`], or [`ConfigError::VariableNotSet`] or [`ConfigError::VariableNotUnicode`].
    ///
    /// # Examples
    ///
    /// ```
    /// let error = countersign::Secret::from_env("NO_SUCH_VARIABLE").unwrap_err();
    /// assert_eq!(error.to_string(), "environment variable NO_SUCH_VARIABLE: not set");
    /// ```
    pub fn from_env(name: &str) -> Result<Self, ConfigError> {
        let read = match env::var(name) {
            Ok(text) => Self::new(text),
            Err(env::VarError::NotPresent) => Err(ConfigError::VariableNotSet),
            Err(env::VarError::NotUnicode(_)) => Err(ConfigError::VariableNotUnicode),
        };
        read.map_err(|reason| ConfigError::Variable {
            name: name.to_owned(),
            reason: reason.into(),
        })
    }

    /// Takes the bytes of the key itself. They are not decoded, whatever the scheme's
    /// [`SecretEncoding`].
    ///
    /// # Errors
    ///
    /// [`ConfigError::EmptySecret`] if there are no bytes.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Result<Self, ConfigError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Ok(Self { bytes, is_text: false })
    }

    /// Returns the key. If the text contains several joined secrets, returns the key of the first
    /// one.
    pub(crate) fn key(&self, form: SecretEncoding) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
        self.keys(form).next().unwrap_or(Err(ConfigError::EmptySecret))
    }

    /// Returns one key, or several if the text contains several joined secrets.
    pub(crate) fn keys(
        &self,
        form: SecretEncoding,
    ) -> impl Iterator<Item = Result<Zeroizing<Vec<u8>>, ConfigError>> {
        let encoded = match form {
            SecretEncoding::Base64 { prefix, at_least } => {
                self.is_text.then_some((prefix, at_least))
            }
            SecretEncoding::Text => None,
        };
        let ends = move |byte: &u8| encoded.is_some() && *byte == encoded::SEPARATOR;
        self.bytes.split(ends).map(move |text| match encoded {
            Some((prefix, at_least)) => encoded::decode(text, prefix, at_least),
            None => Ok(text.to_vec().into()),
        })
    }
}

/// Takes the text, as [`Secret::new`] does.
impl FromStr for Secret {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Self::new(text)
    }
}

/// Reads a text, as [`Secret::new`] does. The format must be self-describing, such as JSON, TOML or
/// YAML.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // With `deserialize_str`, serde_json itself would reject a number, with an error that
        // quotes the number.
        deserializer.deserialize_any(deserialize::One)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_white_space_around_text_but_not_inside() {
        for text in [" a", "a ", "a\n", "\ta", "\u{a0}a"] {
            assert!(matches!(Secret::new(text), Err(ConfigError::SecretWhiteSpace)), "{text:?}");
        }
        assert!(Secret::new("It's a Secret to Everybody").is_ok());
    }

    #[test]
    fn rejects_quotes_around_text_but_not_inside() -> Result<(), ConfigError> {
        for text in ["\"a\"", "'a'", "\"\"", "''", "\"whsec_AAEC\"", "\"It's a Secret\""] {
            assert!(matches!(Secret::new(text), Err(ConfigError::SecretInQuotes)), "{text}");
        }
        for text in ["It's a Secret to Everybody", "\"a", "a\"", "\"a'", "'", "\"", "a'b'c"] {
            assert!(Secret::new(text).is_ok(), "{text}");
        }
        assert_eq!(*Secret::from_bytes(*b"\"a\"")?.key(SecretEncoding::Text)?, b"\"a\"");
        Ok(())
    }

    #[test]
    fn reads_secrets_of_a_configuration() {
        let read = serde_json::from_str::<Secrets>;
        assert_eq!(read("\"a\"").unwrap().len(), 1);
        assert_eq!(read(r#"["a", "b", "c", "d"]"#).unwrap().len(), 4);
        for (text, expected) in [
            ("\"\"", "secret is empty"),
            ("\"hush \"", "white space"),
            ("[]", "invalid length 0"),
            (r#"["a", "hush\n"]"#, "white space"),
            (r#"["a", "b", "c", "d", "e"]"#, "more than 3"),
            ("48151623", "expected a secret"),
            ("-48151623", "expected a secret"),
            ("4815.1623", "expected a secret"),
            ("true", "expected a secret"),
            ("[48151623]", "expected a secret"),
            (r#"{"4815": 4815}"#, "expected a secret"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
            assert!(!["hush", "4815", "true"].iter().any(|part| error.contains(part)), "{error}");
            if !text.starts_with('[') {
                let error = serde_json::from_str::<Secret>(text).unwrap_err().to_string();
                assert!(
                    !["hush", "4815", "true"].iter().any(|part| error.contains(part)),
                    "{error}"
                );
            }
        }
        assert!("a".parse::<Secret>().is_ok() && "".parse::<Secrets>().is_err());
    }

    #[test]
    fn takes_any_non_empty_bytes_verbatim() -> Result<(), ConfigError> {
        let secret = Secret::from_bytes(*b" \xff\n")?;
        assert_eq!(*secret.key(SecretEncoding::Text)?, b" \xff\n");
        assert_eq!(
            *secret.key(SecretEncoding::Base64 { prefix: "whsec_", at_least: 2 })?,
            b" \xff\n"
        );
        assert!(matches!(Secret::from_bytes([]), Err(ConfigError::EmptySecret)));
        Ok(())
    }

    #[test]
    fn decodes_a_base64_secret_with_and_without_its_prefix() -> Result<(), ConfigError> {
        let form = SecretEncoding::Base64 { prefix: "whsec_", at_least: 2 };
        assert_eq!(*Secret::new("whsec_AAEC")?.key(form)?, [0, 1, 2]);
        assert_eq!(*Secret::new("AAEC")?.key(form)?, [0, 1, 2]);
        for text in ["whsec_", "AA==", "AA"] {
            let error = Secret::new(text)?.key(form).unwrap_err();
            assert!(matches!(error, ConfigError::SecretLength { .. }), "{text}");
        }
        for text in ["whsec_A", "whsec_AAE=C", "whsec_@@@@"] {
            let error = Secret::new(text)?.key(form).unwrap_err();
            assert!(matches!(error, ConfigError::SecretNotBase64 { .. }), "{text}");
            assert!(!error.to_string().contains("AAE"), "{error}");
        }
        Ok(())
    }

    #[test]
    fn accepts_three_retired_secrets_and_no_fourth() -> Result<(), ConfigError> {
        let mut secrets = Secrets::new(Secret::new("0")?);
        for text in ["1", "2", "3"] {
            secrets = secrets.with_retired(Secret::new(text)?)?;
        }
        let error = secrets.with_retired(Secret::new("4")?).unwrap_err();
        assert!(matches!(error, ConfigError::TooManySecrets { limit: 3 }));
        Ok(())
    }
}
