//! Schemes that can be read.

use std::time::Duration;

use super::{
    Algorithm, BodyForm, Encoding, Layout, Part, Scheme, SecretEncoding, TimestampPlace,
    TimestampUnit,
};

/// The content of a [`Scheme`], for programs that show it or sign without this crate.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Description {
    /// The algorithm of the signature.
    pub algorithm: Algorithm,
    /// The signature headers. The first one that is present decides, unless they are numbered.
    pub headers: &'static [&'static str],
    /// True if all headers together are one list ([`Scheme::numbered`]).
    pub is_numbered: bool,
    /// The layout of the signatures in their header.
    pub layout: Layout,
    /// The character between lists, if a header holds several lists ([`Scheme::groups`]).
    pub groups: Option<char>,
    /// The encoding of a signature's bytes.
    pub encoding: Encoding,
    /// The parts of the signed text, in order.
    pub signed: &'static [Part],
    /// The signed time, if there is one.
    pub timestamp: Option<TimestampDescription>,
    /// The headers of the signed id: none, one for all signature headers, or one for each of them.
    pub id_headers: &'static [&'static str],
    /// The encoding of the key in a secret's text.
    pub secret: SecretEncoding,
    /// The body forms that are tried if the bytes of the wire do not match.
    pub forms: &'static [BodyForm],
}

/// The content of a [`Timestamp`](super::Timestamp).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampDescription {
    /// The place of the time.
    pub place: TimestampPlace,
    /// The unit of the time.
    pub unit: TimestampUnit,
    /// The greatest distance of the time from now, in the past and in the future.
    pub tolerance: Duration,
}

impl Scheme {
    /// Returns the content of the scheme.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Provider, providers::Stripe, scheme::Layout};
    ///
    /// let stripe = Stripe::SCHEME.describe();
    /// assert_eq!(stripe.headers, ["Stripe-Signature"]);
    /// assert_eq!(stripe.layout, Layout::List { separator: ',', assign: '=', key: "v1" });
    /// assert_eq!(stripe.timestamp.map(|time| time.tolerance.as_secs()), Some(300));
    /// ```
    #[must_use]
    pub const fn describe(&self) -> Description {
        let timestamp = match self.timestamp {
            Some(rule) => Some(TimestampDescription {
                place: rule.place,
                unit: rule.unit,
                tolerance: rule.tolerance,
            }),
            None => None,
        };
        Description {
            algorithm: self.algorithm,
            headers: self.headers,
            is_numbered: self.is_numbered,
            layout: self.layout,
            groups: self.groups,
            encoding: self.encoding,
            signed: self.signed,
            timestamp,
            id_headers: self.id_headers,
            secret: self.secret_encoding,
            forms: self.forms,
        }
    }
}
