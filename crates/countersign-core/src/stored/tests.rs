mod again;
mod formats;
mod forms;
mod properties;
mod restore;
#[cfg(feature = "tenants")]
mod tenants;

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{Provider, Secret, Signer, StoredDelivery, Verifier, clock::FixedClock};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// The time at which all samples are received, which is not a whole second.
fn received_at() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(1_700_000_000_250)
}

/// A verifier whose clock always returns [`received_at`].
fn verifier_of<P: Provider>(secret: &str) -> Result<Verifier<P>, crate::ConfigError> {
    Ok(Verifier::new(Secret::new(secret)?)?.clock(FixedClock::at(received_at())))
}

/// The headers of a delivery that was signed when it was received, with further headers.
fn signed<P: Provider>(
    secret: &str,
    body: &[u8],
    more: &[(&str, &str)],
) -> Result<Vec<(String, String)>, Box<dyn Error + Send + Sync>> {
    let signer = Signer::<P>::new(Secret::new(secret)?)?;
    let mut headers: Vec<_> =
        signer.at(received_at()).id("msg_1").sign(body)?.into_iter().collect();
    headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    headers.push(("Authorization".to_owned(), "Bearer hidden".to_owned()));
    headers.push(("Cookie".to_owned(), "session=hidden".to_owned()));
    Ok(headers)
}

/// A stored delivery, made from the verifier's proof.
fn sample<P: Provider>(
    verifier: &Verifier<P>,
    secret: &str,
    body: &[u8],
    more: &[(&str, &str)],
) -> Result<StoredDelivery, Box<dyn Error + Send + Sync>> {
    let headers = signed::<P>(secret, body, more)?;
    Ok(verifier.verify(&headers, body)?.to_stored(&headers, received_at()))
}

/// Checks that a delivery is equal after it was written and read in each format.
fn round_trip(stored: &StoredDelivery) -> Outcome {
    let json = serde_json::to_string(stored)?;
    assert!(serde_json::from_str::<StoredDelivery>(&json)? == *stored, "{json}");
    // A `Value` changes the order of the members, as `jsonb` does.
    let value: serde_json::Value = serde_json::from_str(&json)?;
    assert!(serde_json::from_value::<StoredDelivery>(value)? == *stored, "{json}");

    let mut cbor = Vec::new();
    ciborium::into_writer(stored, &mut cbor)?;
    assert!(ciborium::from_reader::<StoredDelivery, _>(&cbor[..])? == *stored, "{json}");

    let bytes = postcard::to_allocvec(stored)?;
    assert!(postcard::from_bytes::<StoredDelivery>(&bytes)? == *stored, "{json}");
    Ok(())
}
