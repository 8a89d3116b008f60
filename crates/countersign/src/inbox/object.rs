//! The object that an event is about.

use countersign_core::{HeaderSource, event::Location};
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
    /// Deliveries with the same value in this place, such as `Location::Body(&["order"])`. A
    /// delivery without a value there is handled in any order.
    Field(Location),
}

/// The rule that finds the object of a delivery, and its version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) object: Object,
    pub(super) version: Option<Location>,
}

impl Order {
    pub(super) fn object<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> Option<String>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        match self.object {
            Object::Endpoint => Some(String::new()),
            Object::Tenant => Some(delivery.tenant().unwrap_or_default().to_owned()),
            Object::Field(field) => text(delivery, headers, field),
        }
    }

    pub(super) fn version<B, H>(&self, delivery: &VerifiedDelivery<B>, headers: &H) -> Option<i64>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        version(&text(delivery, headers, self.version?)?)
    }
}

fn text<B, H>(delivery: &VerifiedDelivery<B>, headers: &H, field: Location) -> Option<String>
where
    B: AsRef<[u8]>,
    H: HeaderSource + ?Sized,
{
    let at = delivery.__event().id(field);
    delivery.delivery_at(headers, at).id().map(|text| text.into_owned())
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
