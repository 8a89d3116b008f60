//! The object that an event is about.

use countersign_core::HeaderSource;
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::adapter::VerifiedDelivery;

/// The object whose deliveries are handled one at a time, in the order of their receipt.
///
/// Deliveries of two endpoints are never about one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Object {
    /// All deliveries of an endpoint.
    Endpoint,
    /// All deliveries of a tenant.
    Tenant,
    /// Deliveries with the same text or integer in this place of the signed JSON, such as
    /// `/data/order/id`: a JSON pointer (RFC 6901). A delivery without such a value is handled in
    /// any order.
    Field(&'static str),
}

/// The rule that finds the object of a delivery, and its version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) object: Object,
    pub(super) version: Option<&'static str>,
}

impl Order {
    /// Returns the object of a delivery, and its version.
    pub(super) fn of<B, H>(
        &self,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
    ) -> Option<(String, Option<i64>)>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let json = || -> Option<Value> {
            serde_json::from_str(delivery.delivery(headers).text().ok()?).ok()
        };
        let is_read = matches!(self.object, Object::Field(_)) || self.version.is_some();
        let json = if is_read { json() } else { None };
        let at = |pointer| json.as_ref().and_then(|json| text(json.pointer(pointer)?));
        let object = match self.object {
            Object::Endpoint => String::new(),
            Object::Tenant => delivery.tenant().unwrap_or_default().to_owned(),
            Object::Field(pointer) => at(pointer)?,
        };
        Some((object, self.version.and_then(at).and_then(|text| version(&text))))
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// Reads an integer, or a time of RFC 3339 as nanoseconds since 1970.
fn version(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos()).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_integers_and_times() {
        assert_eq!(version("7"), Some(7));
        assert_eq!(version("-7"), Some(-7));
        assert_eq!(version("1970-01-01T00:00:01Z"), Some(1_000_000_000));
        assert_eq!(version("1970-01-01T01:00:01.5+01:00"), Some(1_500_000_000));
        for text in ["", "7.5", "1970-01-01", "soon", "9999-12-31T23:59:59Z"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
