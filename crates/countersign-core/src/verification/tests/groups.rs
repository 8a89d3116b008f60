//! Several groups in one header, each with a time and signatures of its own.

use super::*;

/// [`Listed`] with groups.
struct Grouped;

impl Provider for Grouped {
    const NAME: &'static str = "grouped";
    const SCHEME: Scheme = Listed::SCHEME.groups(' ');
    const EVENT: EventAt = EventAt::ENVELOPE;
}

const NOW: u64 = 1_700_000_000;
const BODY: &[u8] = br#"{"a":1.50}"#;

/// A group, signed with this secret this many seconds from now.
fn group(secret: &str, offset: i64) -> Outcome<String> {
    group_over(secret, offset, BODY)
}

fn group_over(secret: &str, offset: i64, body: &[u8]) -> Outcome<String> {
    let headers = Signer::<Grouped>::new(Secret::new(secret)?)?.at(at(offset)).sign(body)?;
    Ok(headers.iter().map(|(_, value)| value).collect())
}

fn at(offset: i64) -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW.saturating_add_signed(offset))
}

fn verifier(secrets: impl Into<Secrets>) -> Result<Verifier<Grouped>, ConfigError> {
    Ok(Verifier::new(secrets)?.clock(FixedClock::at(at(0))))
}

type Verdict = Result<(usize, Option<std::time::SystemTime>), VerifyErrorKind>;

/// Returns the verdict over a body, and asserts that it is the same when the body comes byte by
/// byte.
fn verdict(verifier: &Verifier<Grouped>, header: &str, body: &[u8]) -> Verdict {
    let headers = [("X-Listed", header)];
    let at_once = verifier.verify(&headers, body);
    let at_once = at_once.map(|verified| (verified.secret_index(), verified.signed_at()));
    let in_chunks = verifier.begin(&headers, None).and_then(|mut verification| {
        body.iter().try_for_each(|byte| verification.update(vec![*byte].into()))?;
        verification.finish()
    });
    let in_chunks = in_chunks.map(|verified| (verified.secret_index(), verified.signed_at()));
    assert_eq!(at_once, in_chunks, "{header}");
    at_once.map_err(|error| error.kind())
}

#[test]
fn accepts_any_of_four_groups_at_its_own_time() -> Outcome {
    let verifier = verifier(Secret::new("key")?)?;
    for place in 0..4 {
        for count in place + 1..=4 {
            let mut groups = Vec::new();
            for index in 0..count {
                let secret = if index == place { "key" } else { "another" };
                groups.push(group(secret, i64::from(index))?);
            }
            let (header, time) = (groups.join(" "), Some(at(i64::from(place))));
            assert_eq!(verdict(&verifier, &header, BODY), Ok((0, time)), "{header}");
            assert_eq!(verdict(&verifier, &header.replace(' ', "  "), BODY), Ok((0, time)));
            assert_eq!(verdict(&verifier, &header, b"{}"), Err(VerifyErrorKind::Mismatch));
        }
    }
    Ok(())
}

#[test]
fn rejects_a_fifth_group_of_any_kind() -> Outcome {
    let verifier = verifier(Secret::new("key")?)?;
    let good = group("key", 0)?;
    for other in [&*group("another", 0)?, "t=1", "x"] {
        for place in 0..5 {
            let mut groups = [other; 5];
            groups[place] = &good;
            let refused = Err(VerifyErrorKind::MalformedSignature);
            assert_eq!(verdict(&verifier, &groups.join(" "), BODY), refused);
            let four = if place == 0 { &groups[..4] } else { &groups[1..] };
            assert!(verdict(&verifier, &four.join(" "), BODY).is_ok());
        }
    }
    Ok(())
}

#[test]
fn passes_over_a_group_that_is_malformed_or_stale() -> Outcome {
    let verifier = verifier(Secret::new("key")?)?;
    let good = group("key", 1)?;
    let (stale, early) = (group("key", -301)?, group("key", 301)?);
    let bad = [
        (&*stale, VerifyErrorKind::StaleTimestamp),
        (&*early, VerifyErrorKind::StaleTimestamp),
        (&good[..20], VerifyErrorKind::MalformedSignature),
        ("t=1", VerifyErrorKind::MalformedSignature),
        (&good.replace("t=", "s="), VerifyErrorKind::MalformedTimestamp),
        (&good.replace("t=", "t=1,t="), VerifyErrorKind::MalformedTimestamp),
    ];
    for (bad, kind) in bad {
        for header in [format!("{bad} {good}"), format!("{good} {bad}")] {
            assert_eq!(verdict(&verifier, &header, BODY), Ok((0, Some(at(1)))), "{header}");
        }
        assert_eq!(verdict(&verifier, bad, BODY), Err(kind));
        assert_eq!(verdict(&verifier, &format!("{bad} x"), BODY), Err(kind));
    }
    assert_eq!(verdict(&verifier, " ", BODY), Err(VerifyErrorKind::MissingSignature));
    Ok(())
}

#[test]
fn takes_no_signature_with_the_time_of_another_group() -> Outcome {
    let verifier = verifier(Secret::new("key")?)?;
    let old = group("key", -10_000)?;
    let (_, tag) = old.split_once(',').ok_or("no list")?;
    let fresh = format!("t={NOW},{tag}");
    for header in [fresh.clone(), format!("{old} {fresh}"), format!("{fresh} {old}")] {
        assert_eq!(verdict(&verifier, &header, BODY), Err(VerifyErrorKind::Mismatch), "{header}");
    }
    Ok(())
}

/// Each group signs its own text, so that each pair of a group and a secret hashes the whole body.
#[test]
fn tries_at_most_eight_pairs_of_a_group_and_a_secret() -> Outcome {
    let names = ["0", "1", "2", "3"];
    for (secrets, groups) in [(1, 4), (2, 4), (3, 2), (4, 2)] {
        let mut all = Secrets::new(Secret::new(names[0])?);
        for name in &names[1..secrets] {
            all = all.with_retired(Secret::new(*name)?)?;
        }
        let verifier = verifier(all)?;
        for (index, name) in names[..secrets].iter().enumerate() {
            for place in 0..4 {
                let mut header = vec![group("another", 0)?; 4];
                header[place] = group(name, 7)?;
                let expected = if place < groups {
                    Ok((index, Some(at(7))))
                } else {
                    Err(VerifyErrorKind::Mismatch)
                };
                assert_eq!(verdict(&verifier, &header.join(" "), BODY), expected);
            }
        }
    }
    Ok(())
}

#[test]
fn tries_each_form_with_each_group() -> Outcome {
    let verifier = verifier(Secret::new("key")?)?.forms([BodyForm::JavaScript]);
    let header = format!("{} {}", group("another", 0)?, group_over("key", 5, br#"{"a":1.5}"#)?);
    assert_eq!(verdict(&verifier, &header, BODY), Ok((0, Some(at(5)))));
    let verified = verifier.verify(&[("X-Listed", header)], BODY)?;
    assert_eq!((verified.form(), verified.bytes()), (BodyForm::JavaScript, &br#"{"a":1.5}"#[..]));
    Ok(())
}

/// A scheme without groups reads a second group as more entries of the first list.
#[test]
fn reads_one_list_if_the_scheme_has_no_groups() -> Outcome {
    let (new, old) = (group("another", 0)?, group("key", -1)?);
    let verifier = Verifier::<Listed>::new(Secret::new("key")?)?;
    let verifier = verifier.clock(FixedClock::at(at(0)));
    assert_eq!(kind(&verifier, &[("X-Listed", &old)], BODY), None);
    assert!(kind(&verifier, &[("X-Listed", format!("{new} {old}"))], BODY).is_some());
    Ok(())
}

#[cfg(feature = "tenants")]
mod of_a_tenant {
    use std::error::Error;

    use super::*;
    use crate::{
        adapter::Admission,
        request::{RequestHead, RequestTarget},
        tenants::{SecretSource, Tenants},
    };

    struct Everybody;

    impl SecretSource for Everybody {
        fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
            Some("acme".to_owned())
        }

        async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
            Ok(Some(Secret::new("key")?.into()))
        }
    }

    #[tokio::test]
    async fn tries_each_group_once_the_secrets_are_there() -> Outcome {
        let verifier = Verifier::<Grouped>::per_tenant(Tenants::new(Everybody));
        let verifier = verifier.clock(FixedClock::at(at(0)));
        let headers = [("X-Listed", format!("{} {}", group("another", 0)?, group("key", 5)?))];
        for (body, expected) in [(BODY, Ok(Some(at(5)))), (b"{}", Err(VerifyErrorKind::Mismatch))] {
            let target = RequestTarget::new("/");
            let mut verification = match verifier.admit(&headers, None, target)? {
                Admission::Begun(verification) => verification,
                Admission::LookingUp(lookup) => lookup.await?,
            };
            verification.update(body.to_vec().into())?;
            let verdict = verification.finish();
            let verdict = verdict.map(|verified| verified.signed_at());
            assert_eq!(verdict.map_err(|error| error.kind()), expected);
        }
        Ok(())
    }
}
