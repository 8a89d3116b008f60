//! A recorded delivery that is signed anew.

use std::time::{SystemTime, UNIX_EPOCH};

use countersign_core::{
    Secret,
    providers::AnyProvider,
    scheme::{TimestampPlace, TimestampUnit},
};

use crate::{candidates, failure::Failure, header, members, recorded::Recorded, sign::Signature};

/// Signs a delivery at the present time, with its recorded id.
pub(super) fn sign(
    recorded: &mut Recorded,
    provider: Option<AnyProvider>,
    secret: &Secret,
    url: &str,
) -> Result<(), Failure> {
    let of_record = || recorded.provider.as_deref().and_then(AnyProvider::named);
    let of_headers = || candidates::of(&recorded.headers).first().copied();
    let provider = provider.or_else(of_record).or_else(of_headers).ok_or_else(|| {
        Failure::usage("the delivery has no signature header that is known")
            .next("name the provider with --provider")
    })?;
    let scheme = provider.scheme().describe();
    let signature_header =
        candidates::signature_header(provider, &recorded.headers).filter(|_| !scheme.is_numbered);
    let id = scheme.id_headers.iter().find_map(|name| header::value(&recorded.headers, name));
    let id = id.map(str::to_owned);
    let now = SystemTime::now();
    set_time_in_body(recorded, provider, now);

    let signed = candidates::signed_headers(provider);
    recorded
        .headers
        .retain(|(name, _)| !signed.iter().any(|other| other.eq_ignore_ascii_case(name)));
    let signature = Signature {
        provider,
        at: Some(now),
        id: id.as_deref(),
        header: signature_header,
        url: Some(url),
    };
    recorded.headers.extend(signature.headers(secret, &recorded.body)?);
    Ok(())
}

/// Sets the signed time of providers that have it in the body.
fn set_time_in_body(recorded: &mut Recorded, provider: AnyProvider, now: SystemTime) {
    let Some(time) = provider.scheme().describe().timestamp else { return };
    let TimestampPlace::Member(names) = time.place else { return };
    let Ok(text) = str::from_utf8(&recorded.body) else { return };
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let number = match time.unit {
        TimestampUnit::Milliseconds => since_epoch.as_millis().to_string(),
        _ => since_epoch.as_secs().to_string(),
    };
    let name = names.iter().find(|name| members::get(text, name).is_some());
    let changed = name.and_then(|name| members::change(text, &format!("{name}:={number}")).ok());
    if let Some(changed) = changed {
        recorded.body = changed.into_bytes();
    }
}
