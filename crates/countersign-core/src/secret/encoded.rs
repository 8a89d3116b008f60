//! Keys in base64, in the forms in which consoles show them.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use crate::ConfigError;

/// Decodes one key from standard or URL-safe base64. Padding, the prefix and the version may each
/// be present or absent.
pub(super) fn decode(
    text: &[u8],
    prefix: &'static str,
    at_least: usize,
) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let text = text.strip_prefix(VERSION).unwrap_or(text);
    let text = text.strip_prefix(prefix.as_bytes()).unwrap_or(text);
    // Rejects keys with another prefix, whose text is valid URL-safe base64. For example, a public
    // key must not become a MAC's key: everybody knows it, so anybody could sign with it.
    let is_of_another = PREFIXES.iter().any(|other| text.starts_with(other));
    let is_url_safe = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if is_url_safe { URL_SAFE } else { STANDARD };
    let key = engine.decode(text).ok().map(Zeroizing::new).filter(|_| !is_of_another);
    let key = key.ok_or(ConfigError::SecretNotBase64 { prefix })?;
    // Rejects an empty key even if the scheme's least length is 0, because anybody could sign with
    // it.
    let at_least = at_least.max(1);
    if key.len() < at_least {
        return Err(ConfigError::SecretLength { length: key.len(), at_least });
    }
    Ok(key)
}

/// The separator of the secrets in one text. It is not a character of base64.
pub(super) const SEPARATOR: u8 = b'|';

/// The version of the signature, which some consoles show before the secret:
/// <https://supabase.com/docs/guides/auth/auth-hooks>.
const VERSION: &[u8] = b"v1,";

/// The prefixes of secrets, public keys and private keys in Standard Webhooks.
const PREFIXES: [&[u8]; 3] = [b"whsec_", b"whpk_", b"whsk_"];

/// Padding is optional. Bits after the last byte must be zero, so that most secrets that were cut
/// off are rejected.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_both_alphabets_with_and_without_padding() -> Result<(), ConfigError> {
        for text in ["+/sB", "-_sB", "key_+/sB", "key_-_sB", "v1,+/sB", "v1,key_-_sB"] {
            assert_eq!(*decode(text.as_bytes(), "key_", 3)?, [0xfb, 0xfb, 1], "{text}");
        }
        for text in ["+w==", "+w", "-w==", "-w", "+w="] {
            assert_eq!(*decode(text.as_bytes(), "key_", 1)?, [0xfb], "{text}");
        }
        Ok(())
    }

    #[test]
    fn rejects_mixed_alphabets_short_keys_and_text_that_is_cut_off() {
        let prefixed = ["whsec_AA", "whpk_AAA", "key_whsk_AAA", "v1,whpk_AAA"];
        let others = ["+_sB", "-/sB", "+x", "A", "AA=A", "v2,AAAA", "v1,v1,AAAA", "é"];
        for text in prefixed.iter().chain(&others) {
            let error = decode(text.as_bytes(), "key_", 1).unwrap_err();
            assert_eq!(error, ConfigError::SecretNotBase64 { prefix: "key_" }, "{text}");
        }
        for (text, length, at_least) in [("AAAA", 3, 4), ("", 0, 1), ("v1,key_", 0, 0)] {
            let error = decode(text.as_bytes(), "key_", at_least).unwrap_err();
            let at_least = at_least.max(1);
            assert_eq!(error, ConfigError::SecretLength { length, at_least }, "{text}");
        }
    }
}
