//! The URL that a scheme signs.

use crate::ConfigError;

/// The URL that the provider was given. If the scheme does not sign it, the URL is empty and never
/// read. The constructors of `Verifier` and `Signer` check at compile time that a scheme gets a URL
/// exactly if it signs the URL.
#[derive(Clone, Default)]
pub(crate) struct SignedUrl(Box<str>);

impl SignedUrl {
    pub(crate) fn new(url: &str) -> Result<Self, ConfigError> {
        if url.is_empty() || url.contains(char::is_whitespace) {
            return Err(ConfigError::MalformedUrl);
        }
        Ok(Self(url.into()))
    }

    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_an_empty_url_and_white_space() {
        for url in ["", " ", "https://example.com/hook\n", " https://example.com", "a b"] {
            assert_eq!(SignedUrl::new(url).err(), Some(ConfigError::MalformedUrl), "{url:?}");
        }
        for url in ["https://example.com/hook", "http://[::1]:8080/?a=b%20c#d", "/hook"] {
            assert_eq!(SignedUrl::new(url).unwrap().as_bytes(), url.as_bytes());
        }
    }
}
