//! Ed25519: the signatures `v1a` of Standard Webhooks.

use super::*;

struct Asymmetric;

impl Provider for Asymmetric {
    const NAME: &'static str = "asymmetric";
    const SCHEME: Scheme =
        Scheme::ed25519_base64(&["x-asymmetric"], "whpk_", "whsk_").list(' ', ',', "v1a");
    const EVENT: EventAt = EventAt::ENVELOPE;
}

// RFC 8032, section 7.1, test 2.
const PRIVATE: &str = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
const PUBLIC: &str = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
const TAG: &str =
    "kqAJqfDUyrhyDoILX2QlQKKye1QWUD+Ps3YiI+vbadoIWsHkPhWZbkWPNhPQ8R2MOHsurrQwKu6wDSkWErsMAA==";

#[test]
fn accepts_the_vector_and_nothing_beside_it() -> Outcome {
    let verifier = Verifier::<Asymmetric>::new(Secret::new(PUBLIC)?)?;
    let headers = [("x-asymmetric", format!("v1,AAAA v1a,{TAG}"))];
    assert_eq!(kind(&verifier, &headers, [0x72]), None);
    assert_eq!(kind(&verifier, &headers, [0x73]), Some(VerifyErrorKind::Mismatch));
    let truncated = [("x-asymmetric", format!("v1a,{}", &TAG[..84]))];
    let malformed = Some(VerifyErrorKind::MalformedSignature);
    assert_eq!(kind(&verifier, &truncated, [0x72]), malformed);

    let pair = [
        "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs9QBfD6EOJWpK3CqdNG368nJgszy7Eloz",
        "AzVXxKvRmDA==",
    ]
    .concat();
    for private in [PRIVATE, &pair] {
        let signed = Signer::<Asymmetric>::new(Secret::new(private)?)?.sign(&[0x72])?;
        assert_eq!(signed.iter().next(), Some(("x-asymmetric", &*format!("v1a,{TAG}"))));
    }
    Ok(())
}

#[test]
fn accepts_what_a_retired_key_signed() -> Outcome {
    let weak = "whpk_AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let error = Verifier::<Asymmetric>::new(Secret::new(weak)?).unwrap_err();
    assert_eq!(error, ConfigError::NotAPublicKey);
    assert!(Verifier::<Asymmetric>::new(Secret::new(PRIVATE)?).is_err());

    let other = Signer::<Asymmetric>::new(Secret::from_bytes([7; 32])?)?;
    let secrets = Secrets::new(Secret::from_bytes(OTHER_PUBLIC)?);
    let verifier = Verifier::<Asymmetric>::new(secrets.with_retired(Secret::new(PUBLIC)?)?)?;
    assert_eq!(verifier.verify(&other.sign(b"{}")?, b"{}")?.secret_index(), 0);
    let retired = Signer::<Asymmetric>::new(Secret::new(PRIVATE)?)?.sign(b"{}")?;
    assert_eq!(verifier.verify(&retired, b"{}")?.secret_index(), 1);
    let error = verifier.verify(&retired, b"{ }").unwrap_err();
    assert_eq!((error.kind(), error.secrets_tried()), (VerifyErrorKind::Mismatch, 2));
    Ok(())
}

#[test]
fn accepts_a_body_in_chunks() -> Outcome {
    let other = Signer::<Asymmetric>::new(Secret::from_bytes([7; 32])?)?;
    let secrets = Secrets::new(Secret::from_bytes(OTHER_PUBLIC)?);
    let verifier = Verifier::<Asymmetric>::new(secrets.with_retired(Secret::new(PUBLIC)?)?)?;
    let retired = Signer::<Asymmetric>::new(Secret::new(PRIVATE)?)?;
    for (signer, index) in [(other, 0), (retired, 1)] {
        let mut verification = verifier.begin(&signer.sign(b"{}")?, None)?;
        verification.update("{".into())?;
        verification.update("}".into())?;
        assert_eq!(verification.finish()?.secret_index(), index);
    }
    Ok(())
}

#[test]
fn tries_at_most_eight_pairs_of_a_signature_and_a_key() -> Outcome {
    let genuine = Secret::new(PUBLIC)?;
    let stranger = Signer::<Asymmetric>::new(Secret::from_bytes([9; 32])?)?.sign(&[0x72])?;
    let (_, other) = stranger.iter().next().unwrap_or_default();
    for (keys, tried) in [(1, 8), (2, 4), (3, 2), (4, 2)] {
        for index in [0, keys - 1] {
            let key = |at| match at == index {
                true => Ok(genuine.clone()),
                false => Secret::from_bytes(OTHER_PUBLIC),
            };
            let secrets =
                (1..keys).try_fold(Secrets::new(key(0)?), |all, at| all.with_retired(key(at)?))?;
            let verifier = Verifier::<Asymmetric>::new(secrets)?;
            for position in [tried - 1, tried].into_iter().filter(|position| *position < 8) {
                let mut entries = vec![other.to_owned(); 8];
                entries[position] = format!("v1a,{TAG}");
                let headers = [("x-asymmetric", entries.join(" "))];
                let expected = (position >= tried).then_some(VerifyErrorKind::Mismatch);
                let case = format!("key {index} of {keys}, signature {position}");
                assert_eq!(kind(&verifier, &headers, [0x72]), expected, "{case}");
            }
        }
    }
    Ok(())
}

/// The public key of the private key `[7; 32]`.
const OTHER_PUBLIC: [u8; 32] = [
    0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a, 0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9,
    0x95, 0x47, 0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92, 0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c,
];
