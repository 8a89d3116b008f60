//! The object that an event is about.

use std::fmt::Write as _;

use countersign_core::{HeaderSource, adapter::body_digest};
use serde_json::Value;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::adapter::VerifiedDelivery;

/// The object whose deliveries are handled one at a time, in the order of their receipt.
///
/// Deliveries of two endpoints are never about one object. With [`Tenant`](Self::Tenant) and
/// [`Field`](Self::Field), deliveries of two tenants are never about one object either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Object {
    /// All deliveries of an endpoint, of all its tenants.
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
            Object::Field(pointer) => of_tenant(delivery.tenant(), &short(at(pointer)?)),
        };
        Some((object, self.version.and_then(at).and_then(|text| version(&text))))
    }
}

/// Puts the tenant before the value, so that no tenant can name an object of another one.
fn of_tenant(tenant: Option<&str>, value: &str) -> String {
    match tenant {
        Some(tenant) => format!("{}:{tenant}:{value}", tenant.len()),
        None => format!("-:{value}"),
    }
}

/// Replaces a long text by its SHA-256, because the sender chooses its length.
fn short(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    body_digest(text.as_bytes()).iter().fold(String::from("~"), |mut hex, byte| {
        // Writing to a text does not fail.
        _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// In bytes: the longest value that is not replaced.
const LONGEST: usize = 128;

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
    fn separates_the_objects_of_tenants() {
        let objects = [
            of_tenant(None, "1"),
            of_tenant(Some(""), "1"),
            of_tenant(Some("a"), "1"),
            of_tenant(Some("a:1"), ""),
            of_tenant(Some("b"), "1"),
        ];
        for (place, object) in objects.iter().enumerate() {
            assert!(!objects[..place].contains(object), "{object}");
        }
        assert_eq!(short("x".repeat(128)).len(), 128);
        assert_eq!(short("x".repeat(129)).len(), 65);
        assert_ne!(short("x".repeat(129)), short("x".repeat(130)));
    }

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
