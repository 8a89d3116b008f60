//! Sources of a delivery's headers.

use std::{any::Any, fmt, sync::OnceLock};

/// A source of the headers of one delivery.
///
/// This crate implements the trait for slices, arrays and vectors of pairs, and for references to a
/// source, so that a verifier can be used without any framework. The crate `countersign` has
/// wrappers for the header maps of frameworks.
///
/// # Security
///
/// Each method must return **every** field with this name, without regard to case. If a source
/// hides the second of two fields, a sender can show one signature to you and another to a proxy in
/// front of you.
///
/// # Examples
///
/// ```
/// use countersign::HeaderSource;
///
/// let headers = [("Content-Type", "application/json"), ("X-Webhook-Signature", "5257")];
/// let values: Vec<_> = headers.values("x-webhook-signature").collect();
/// assert_eq!(values, [b"5257"]);
/// ```
pub trait HeaderSource {
    /// Returns the value of each field called `name`, in the order of the request.
    ///
    /// `name` is a valid field name (RFC 9110, section 5.1). Its letters can be upper or lower
    /// case.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;

    /// Returns the same as [`values`](Self::values), for a name that is looked up in every
    /// delivery. A header map that has its own type of names can keep a [prepared
    /// name](HeaderKey::prepared) in the key.
    fn values_by_key<'a>(&'a self, name: &'a HeaderKey) -> impl Iterator<Item = &'a [u8]> {
        self.values(name.as_str())
    }
}

/// The name of a field that is looked up in every delivery.
///
/// For a name that is text, a header map checks the name, changes its case and hashes it at each
/// lookup, and some maps allocate memory. These steps cost more than the lookup itself. A name of
/// the map's own type does not need these steps.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
/// use countersign::{
///     HeaderSource, Secret, Signer, Verifier, adapter::HeaderKey, providers::GitHub,
/// };
///
/// /// All values of each field, by its name in lower case.
/// struct Fields(HashMap<String, Vec<Vec<u8>>>);
///
/// impl HeaderSource for Fields {
///     fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
///         self.0.get(&name.to_lowercase()).into_iter().flatten().map(Vec::as_slice)
///     }
///
///     fn values_by_key<'a>(&'a self, name: &'a HeaderKey) -> impl Iterator<Item = &'a [u8]> {
///         let values = match name.prepared(str::to_lowercase) {
///             Some(name) => self.0.get(name),
///             None => self.0.get(&name.as_str().to_lowercase()),
///         };
///         values.into_iter().flatten().map(Vec::as_slice)
///     }
/// }
///
/// let secret = Secret::new("secret")?;
/// let signed = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
/// let mut fields = Fields(HashMap::new());
/// for (name, value) in signed.iter() {
///     fields.0.entry(name.to_lowercase()).or_default().push(value.into());
/// }
/// let verifier = Verifier::<GitHub>::new(secret)?;
/// assert!(verifier.verify(&fields, b"{}").is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct HeaderKey {
    text: Box<str>,
    prepared: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl HeaderKey {
    pub(crate) fn new(text: &str) -> Self {
        Self { text: text.into(), prepared: OnceLock::new() }
    }

    /// Returns the text of the name: a valid field name, in any case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name in the header map's own type. The first call prepares it, and the key keeps
    /// it. Returns `None` if the kept name is of another type, because another kind of map made the
    /// first call.
    pub fn prepared<T, F>(&self, prepare: F) -> Option<&T>
    where
        T: Any + Send + Sync,
        F: FnOnce(&str) -> T,
    {
        self.prepared.get_or_init(|| Box::new(prepare(&self.text))).downcast_ref()
    }
}

impl Clone for HeaderKey {
    fn clone(&self) -> Self {
        Self::new(&self.text)
    }
}

/// Compares field names without regard to case.
impl PartialEq for HeaderKey {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(&other.text)
    }
}

impl Eq for HeaderKey {}

impl fmt::Debug for HeaderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// Finds the only field called `name`. This function is not a method of the trait, so that no
/// implementation can change it.
#[inline]
pub(crate) fn single<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &'a str,
) -> Occurrence<'a> {
    only(headers.values(name))
}

/// Finds the same field as [`single`], for a name that is looked up in every delivery.
#[inline]
pub(crate) fn single_of<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &'a HeaderKey,
) -> Occurrence<'a> {
    only(headers.values_by_key(name))
}

#[inline]
fn only<'a>(values: impl Iterator<Item = &'a [u8]>) -> Occurrence<'a> {
    let mut found = None;
    for value in values {
        if found.replace(value).is_some() {
            return Occurrence::Repeated;
        }
    }
    found.map_or(Occurrence::Absent, |value| Occurrence::Once(trim(value)))
}

/// The occurrences of a header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occurrence<'a> {
    /// The field does not occur.
    Absent,
    /// The field occurs once, with this value. Spaces and tabs around the value are removed.
    Once(&'a [u8]),
    /// The field occurs more than once, with equal or different values.
    Repeated,
}

impl<H: HeaderSource + ?Sized> HeaderSource for &H {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        (**self).values(name)
    }

    fn values_by_key<'a>(&'a self, name: &'a HeaderKey) -> impl Iterator<Item = &'a [u8]> {
        (**self).values_by_key(name)
    }
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

/// Removes the spaces and tabs around a field value, as HTTP does (RFC 9110, section 5.5), and no
/// other white space.
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
    fn keeps_what_the_first_kind_of_map_prepares() {
        let name = HeaderKey::new("X-Signature");
        assert_eq!(name.prepared(str::to_owned).map(String::as_str), Some("X-Signature"));
        assert_eq!(name.prepared(|_| "again".to_owned()).map(String::as_str), Some("X-Signature"));
        assert_eq!(name.prepared(str::len), None);
        assert_eq!(name.clone().prepared(str::len), Some(&11));
    }

    #[test]
    fn reports_a_repeated_field_even_if_the_values_agree() {
        let headers = vec![("a", "1"), ("A", "1")];
        assert_eq!(single(&headers, "a"), Occurrence::Repeated);
    }
}
