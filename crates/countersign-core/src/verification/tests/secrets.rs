//! Secrets of Standard Webhooks, in the forms in which consoles show them.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::*;
use crate::providers::StandardWebhooks;

const BODY: &[u8] = br#"{"type":"a"}"#;

/// Returns the index of the secret that matches a delivery signed with this key.
fn index(secrets: impl Into<Secrets>, key: &[u8]) -> Result<usize, Box<dyn std::error::Error>> {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let signer = Signer::<StandardWebhooks>::new(Secret::from_bytes(key)?)?;
    let headers = signer.at(now).id("msg_1").sign(BODY)?;
    let verifier = Verifier::<StandardWebhooks>::new(secrets)?.clock(FixedClock::at(now));
    Ok(verifier.verify(&headers, BODY)?.secret_index())
}

fn refusal(secrets: impl Into<Secrets>) -> Option<ConfigError> {
    Verifier::<StandardWebhooks>::new(secrets).err()
}

#[test]
fn takes_a_secret_as_consoles_show_it() -> Outcome {
    for length in [24, 25, 32, 64, 100, 1000] {
        // The base64 of these bytes contains `+` and `/`, or `-` and `_`.
        let key = vec![0xfb; length];
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            let text = engine.encode(&key);
            for prefix in ["", "whsec_", "v1,whsec_", "v1,"] {
                let shown = format!("{prefix}{text}");
                assert_eq!(index(Secret::new(shown.clone())?, &key)?, 0, "{shown}");
            }
        }
    }
    Ok(())
}

#[test]
fn takes_up_to_four_secrets_that_are_joined_in_one_text() -> Outcome {
    let keys = [[1; 24], [2; 24], [3; 24], [4; 24], [5; 24]];
    let text = |key: &[u8; 24]| format!("v1,whsec_{}", STANDARD.encode(key));
    let joined = |count| keys[..count].iter().map(text).collect::<Vec<_>>().join("|");
    for count in 1..=4 {
        for (place, key) in keys[..count].iter().enumerate() {
            assert_eq!(index(Secret::new(joined(count))?, key)?, place);
        }
    }
    let too_many = Some(ConfigError::TooManySecrets { limit: 3 });
    assert_eq!(refusal(Secret::new(joined(5))?), too_many);

    // The retired secrets count as well.
    let two = Secrets::new(Secret::new(joined(2))?);
    let four = two.with_retired(Secret::new(format!("{}|{}", text(&keys[2]), text(&keys[3])))?)?;
    assert_eq!(index(four.clone(), &keys[3])?, 3);
    assert_eq!(refusal(four.with_retired(Secret::new(text(&keys[4]))?)?), too_many);

    let verifier = Verifier::<StandardWebhooks>::new(Secret::new(text(&keys[0]))?)?;
    verifier.replace_secrets(Secret::new(joined(4))?)?;
    assert_eq!(verifier.replace_secrets(Secret::new(joined(5))?).err(), too_many);
    Ok(())
}

#[test]
fn rejects_a_joined_text_with_an_empty_or_broken_secret() -> Outcome {
    let good = STANDARD.encode([1; 24]);
    for text in ["", "whsec_", "v1,", "AAEC"] {
        for joined in [format!("{good}|{text}"), format!("{text}|{good}")] {
            let error = refusal(Secret::new(joined)?);
            assert!(matches!(error, Some(ConfigError::SecretLength { .. })), "{text}: {error:?}");
        }
    }
    for text in ["v1,v1,", "v2;", "@", "-/", " ", "AA=A", "1,", "v,", "w1,"] {
        let error = refusal(Secret::new(format!("{good}|{text}{good}"))?);
        assert!(matches!(error, Some(ConfigError::SecretNotBase64 { .. })), "{text}: {error:?}");
    }
    Ok(())
}

/// A public key is known to everybody, so everybody could sign with it.
#[test]
fn never_takes_a_public_or_private_key_for_a_secret() -> Outcome {
    for prefix in ["whpk_", "whsk_"] {
        for engine in [STANDARD, URL_SAFE_NO_PAD] {
            for shown in ["", "v1,", "whsec_"] {
                let text = format!("{shown}{prefix}{}", engine.encode([0xff; 32]));
                let error = refusal(Secret::new(text.clone())?);
                let expected = Some(ConfigError::SecretNotBase64 { prefix: "whsec_" });
                assert_eq!(error, expected, "{text}");
            }
        }
    }
    Ok(())
}

/// A scheme with keys of any length, so that the scheme does not exclude an empty one.
struct Unbounded;

impl Provider for Unbounded {
    const NAME: &'static str = "unbounded";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["x-unbounded"])
        .secret(SecretEncoding::Base64 { prefix: "key_", at_least: 0 });
    const EVENT: EventAt = EventAt::ENVELOPE;
}

#[test]
fn rejects_an_empty_key_even_if_the_scheme_allows_any_length() -> Outcome {
    assert!(Verifier::<Unbounded>::new(Secret::new("AA==")?).is_ok());
    for text in ["key_", "AA==|", "|AA==", "AA==|key_"] {
        assert!(Verifier::<Unbounded>::new(Secret::new(text)?).is_err(), "{text}");
    }
    Ok(())
}

#[test]
fn takes_text_and_bytes_whole() -> Outcome {
    for text in ["a|b", "v1,whsec_a", "v1,whsec_a|v1,whsec_b"] {
        let signer = Signer::<XWebhookSignature>::new(Secret::from_bytes(text)?)?;
        let verified = verifier(text)?.verify(&signer.sign(BODY)?, BODY)?.secret_index();
        assert_eq!(verified, 0, "{text}");
        assert_eq!(index(Secret::from_bytes(text)?, text.as_bytes())?, 0, "{text}");
    }
    Ok(())
}

#[test]
fn signs_with_the_first_of_joined_secrets() -> Outcome {
    let joined = format!("v1,{}|v1,{}", STANDARD.encode([1; 24]), STANDARD.encode([2; 24]));
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let sign = |secret| -> Outcome<String> {
        let headers = Signer::<StandardWebhooks>::new(secret)?.at(now).id("msg_1").sign(BODY)?;
        Ok(headers.iter().map(|(_, value)| value).collect())
    };
    assert_eq!(sign(Secret::new(joined)?)?, sign(Secret::from_bytes([1; 24])?)?);
    Ok(())
}
