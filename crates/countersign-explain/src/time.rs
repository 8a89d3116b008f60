//! The signed time of a delivery.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign_core::{
    Scheme,
    scheme::{TimestampPlace, TimestampUnit},
};

use crate::{Cause, Step, frame::own_time};

/// Returns the reason for which the signed time is not accepted, if there is one.
pub(crate) fn judge(
    scheme: &Scheme,
    header: &str,
    headers: &[(String, String)],
    signed_body: &[u8],
    tolerance: Option<Duration>,
    now: SystemTime,
) -> Option<Step> {
    let rule = scheme.describe().timestamp?;
    let tolerance = tolerance.unwrap_or(rule.tolerance);
    let text = match rule.place {
        TimestampPlace::Member(names) => member(signed_body, names)?,
        _ => own_time(scheme, header, headers)?,
    };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(count) = text.parse::<u64>().ok().filter(|_| is_number) else {
        let words = match is_number {
            true => "the time is too large to be a time",
            false => "the time is not a whole number that counts from 1970",
        };
        return Some(Step::statement(Cause::TimeUnit, words));
    };
    let (unit, other, name) = match rule.unit {
        TimestampUnit::Milliseconds => (1, 1000, "seconds instead of milliseconds"),
        _ => (1000, 1, "milliseconds instead of seconds"),
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let distance = |unit: u128| (u128::from(count) * unit).abs_diff(now);
    let is_within = |distance: u128| distance <= tolerance.as_millis();
    if is_within(distance(unit)) {
        return None;
    }
    // A time in the other unit is far away, so a wide tolerance is enough to recognise it.
    if distance(other) < DAYS && distance(unit) > DAYS {
        return Some(Step::statement(Cause::TimeUnit, format!("the time is in {name}")));
    }
    let (seconds, limit) = (distance(unit).div_ceil(1000), tolerance.as_secs());
    Some(if u128::from(count) * unit < now {
        let words = format!("the signed time is {seconds} s old; at most {limit} s are accepted");
        Step::statement(Cause::TimeStale, words)
    } else {
        let words =
            format!("the signed time is {seconds} s in the future; at most {limit} s are accepted");
        Step::statement(Cause::TimeEarly, words)
    })
}

fn member(body: &[u8], names: &[&str]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    names.iter().find_map(|name| match value.get(name)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// Ten years in milliseconds. Times in another unit are further away.
const DAYS: u128 = 10 * 365 * 24 * 3600 * 1000;

#[cfg(test)]
mod tests {
    use countersign_core::{
        Provider as _,
        providers::{Linear, Stripe},
    };

    use super::*;

    #[test]
    fn tells_the_ages_apart() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let judge = |time: &str| {
            let headers = [("Stripe-Signature".to_owned(), format!("t={time},v1=ab"))];
            let step = judge(&Stripe::SCHEME, "stripe-signature", &headers, b"", None, now);
            step.map(|step| step.cause)
        };
        assert_eq!(judge("1700000000"), None);
        assert_eq!(judge("1699999000"), Some(Cause::TimeStale));
        assert_eq!(judge("1700001000"), Some(Cause::TimeEarly));
        assert_eq!(judge("1700000000000"), Some(Cause::TimeUnit));
        for text in ["now", "-5", "+1700000000", "1700000000.5", "99999999999999999999"] {
            assert_eq!(judge(text), Some(Cause::TimeUnit), "{text}");
        }
        let linear =
            |body: &[u8]| super::judge(&Linear::SCHEME, "linear-signature", &[], body, None, now);
        assert_eq!(linear(br#"{"webhookTimestamp":1700000000000}"#), None);
        let stale = linear(br#"{"webhookTimestamp":1600000000000}"#);
        assert_eq!(stale.map(|step| step.cause), Some(Cause::TimeStale));
    }
}
