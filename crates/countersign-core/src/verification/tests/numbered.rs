//! One header for each key: numbered headers are entries of one list.

use super::*;

struct Numbered;

impl Provider for Numbered {
    const NAME: &'static str = "numbered";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_hex(&["X-Signature-1", "X-Signature-2", "X-Signature-3"])
            .prefix("v1=")
            .id(&["X-Id"])
            .signed(&[Part::Id, Part::Literal("."), Part::Body])
            .numbered();
    const EVENT: EventAt = EventAt::ENVELOPE;
}

fn sign(secret: &str) -> Outcome<String> {
    let headers = Signer::<Numbered>::new(Secret::new(secret)?)?.id("1").sign(b"{}")?;
    Ok(headers.iter().next().map(|(_, value)| value.to_owned()).unwrap_or_default())
}

fn verdict(values: &[(&str, &str)]) -> Result<Option<VerifyErrorKind>, ConfigError> {
    let verifier = Verifier::<Numbered>::new(Secret::new("key")?)?;
    let id = ("X-Id", "1");
    let headers: Vec<_> = values.iter().copied().chain(iter::once(id)).collect();
    Ok(kind(&verifier, &headers, b"{}"))
}

#[test]
fn accepts_any_of_the_numbered_headers() -> Outcome {
    let (good, other) = (sign("key")?, sign("another")?);
    const NAMES: [&str; 3] = ["X-Signature-1", "X-Signature-2", "X-Signature-3"];
    for name in NAMES {
        assert_eq!(verdict(&[(name, &good)])?, None, "{name}");
        assert_eq!(verdict(&[(name, &other)])?, Some(VerifyErrorKind::Mismatch), "{name}");
        // The headers in any order, with malformed or empty ones beside the good one.
        for beside in [&*other, "v1=00", "x", ""] {
            let mut headers =
                NAMES.map(|other| (other, if other == name { &*good } else { beside }));
            assert_eq!(verdict(&headers)?, None, "{name}, {beside}");
            headers.reverse();
            assert_eq!(verdict(&headers)?, None, "{name}, {beside}");
        }
    }
    Ok(())
}

#[test]
fn rejects_a_repeated_header_and_headers_without_a_signature() -> Outcome {
    let good = sign("key")?;
    let (one, two) = ("X-Signature-1", "X-Signature-2");
    for headers in [
        &[(one, &*good), (one, &*good)][..],
        &[(one, &*good), (two, &*good), (two, &*good)],
        &[(two, "x"), (two, "x"), (one, &*good)],
    ] {
        assert_eq!(verdict(headers)?, Some(VerifyErrorKind::RepeatedSignature), "{headers:?}");
    }
    for (headers, kind) in [
        (&[][..], VerifyErrorKind::MissingSignature),
        (&[(one, ""), (two, "")], VerifyErrorKind::MissingSignature),
        (&[("X-Signature", &*good)], VerifyErrorKind::MissingSignature),
        (&[("X-Signature-4", &*good)], VerifyErrorKind::MissingSignature),
        (&[(one, "x"), (two, "v1=00")], VerifyErrorKind::MalformedSignature),
        (&[(one, &good[3..])], VerifyErrorKind::MalformedSignature),
    ] {
        assert_eq!(verdict(headers)?, Some(kind), "{headers:?}");
    }
    Ok(())
}

#[test]
fn reads_only_the_header_that_the_verifier_names() -> Outcome {
    let good = sign("key")?;
    let verifier = Verifier::<Numbered>::new(Secret::new("key")?)?.header("X-Own")?;
    assert_eq!(kind(&verifier, &[("X-Own", &*good), ("X-Id", "1")], b"{}"), None);
    let missing = Some(VerifyErrorKind::MissingSignature);
    assert_eq!(kind(&verifier, &[("X-Signature-1", &*good), ("X-Id", "1")], b"{}"), missing);
    Ok(())
}
