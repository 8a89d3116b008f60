//! Where a delivery's headers come from.

/// The headers of one delivery: all values of one name.
///
/// Implemented here for slices, arrays and vectors of pairs, so that a verifier can be tried
/// without any framework; the framework's header maps are wrapped where the frameworks are.
///
/// # Security
///
/// An implementation returns **every** field of the name, in any case of its letters. A source
/// that hides the second of two fields lets a sender show one signature to you and another to a
/// proxy in front of you.
///
/// # Examples
///
/// ```
/// use countersign_core::HeaderSource;
///
/// let headers = [("Content-Type", "application/json"), ("X-Webhook-Signature", "5257")];
/// let values: Vec<_> = headers.values("x-webhook-signature").collect();
/// assert_eq!(values, [b"5257"]);
/// ```
pub trait HeaderSource {
    /// Returns the value of each field called `name`, in the order they came.
    ///
    /// `name` is a valid field name (RFC 9110, section 5.1) in any case.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

/// Finds the only field called `name`. Not a method of the trait: nobody may decide it otherwise.
#[inline]
pub(crate) fn single<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &'a str,
) -> Occurrence<'a> {
    let mut found = None;
    for value in headers.values(name) {
        if found.replace(value).is_some() {
            return Occurrence::Repeated;
        }
    }
    found.map_or(Occurrence::Absent, |value| Occurrence::Once(trim(value)))
}

/// How often a header field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurrence<'a> {
    /// Not at all.
    Absent,
    /// Once, with this value, without the spaces and tabs around it.
    Once(&'a [u8]),
    /// More than once, whether or not the values agree.
    Repeated,
}

impl<N: AsRef<str>, V: AsRef<[u8]>> HeaderSource for [(N, V)] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |(candidate, _)| candidate.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const COUNT: usize> HeaderSource for [(N, V); COUNT] {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> HeaderSource for Vec<(N, V)> {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.as_slice().values(name)
    }
}

/// Strips what HTTP strips around a field value (RFC 9110, section 5.5): spaces and tabs alone.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_field_in_any_case_and_trims_spaces_and_tabs_alone() {
        let headers = [("X-SIGNATURE", "\t ab c\u{b} \t")];
        assert_eq!(single(&headers, "x-signature"), Occurrence::Once(b"ab c\x0b"));
        assert_eq!(single(&headers, "x-signatur"), Occurrence::Absent);
    }

    #[test]
    fn tells_a_repeated_field_even_when_the_values_agree() {
        let headers = vec![("a", "1"), ("A", "1")];
        assert_eq!(single(&headers, "a"), Occurrence::Repeated);
    }
}
