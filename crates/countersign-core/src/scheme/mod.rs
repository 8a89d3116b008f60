//! Schemes: constant data that describes how providers sign.

mod algorithm;
pub(crate) mod body_form;
mod boundary;
mod check;
mod description;
mod encoding;
mod foreign_headers;
mod groups;
mod layout;
mod part;
mod timestamp;

pub use algorithm::Algorithm;
pub use body_form::BodyForm;
pub(crate) use check::is_field_name;
pub use description::{Description, TimestampDescription};
pub use encoding::{Encoding, SecretEncoding};
pub use foreign_headers::ForeignHeaders;
pub(crate) use groups::{MAX_GROUPS, MAX_PAIRS};
pub use layout::Layout;
pub use part::Part;
pub use timestamp::{Timestamp, TimestampPlace, TimestampUnit};

pub use crate::reserialize::{JsonDumps, JsonEncode};

/// A description of how a provider signs its deliveries: the place of the signature, its encoding,
/// and the text that it covers.
///
/// A scheme is a constant, and is checked at compile time. A scheme that cannot work does not
/// build, for example a scheme with a header name that is not valid, or with a timestamp that is
/// read but not signed.
///
/// Names and texts are ASCII; header names may be in any case. Settings that differ between
/// deployments (the body limit, a header that the provider lets you choose, the signed URL) are set
/// on the [`Verifier`](crate::Verifier).
///
/// # Examples
///
/// A signature in hex over the body, as most providers send it, and Slack's form with a timestamp:
///
/// ```
/// use std::time::Duration;
/// use countersign::{
///     Provider, Scheme, event::EventAt, scheme::{Part, Timestamp, TimestampUnit},
/// };
///
/// struct InHouse;
/// impl Provider for InHouse {
///     const NAME: &'static str = "in-house";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-InHouse-Signature"]);
///     const EVENT: EventAt = EventAt::ENVELOPE;
/// }
///
/// struct Timestamped;
/// impl Provider for Timestamped {
///     const NAME: &'static str = "timestamped";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Slack-Signature"])
///         .prefix("v0=")
///         .timestamp(
///             Timestamp::header(&["X-Slack-Request-Timestamp"], TimestampUnit::Seconds)
///                 .tolerance(Duration::from_secs(300)),
///         )
///         .signed(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);
///     const EVENT: EventAt = EventAt::OPEN;
/// }
/// ```
///
/// Code that makes a verifier or a signer for an impossible scheme does not build:
///
/// ```compile_fail,E0080
/// use countersign::{Provider, Scheme, Secret, Verifier, event::EventAt};
///
/// struct Impossible;
/// impl Provider for Impossible {
///     const NAME: &'static str = "impossible";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["not a header name"]);
///     const EVENT: EventAt = EventAt::ENVELOPE;
/// }
///
/// let verifier = Verifier::<Impossible>::new(Secret::new("secret")?)?;
/// # Ok::<_, countersign::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub(crate) algorithm: Algorithm,
    pub(crate) headers: &'static [&'static str],
    /// True if all headers together are one list.
    pub(crate) is_numbered: bool,
    pub(crate) layout: Layout,
    /// The character between lists, if a header holds several.
    pub(crate) groups: Option<char>,
    pub(crate) encoding: Encoding,
    pub(crate) signed: &'static [Part],
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) id_headers: &'static [&'static str],
    pub(crate) secret_encoding: SecretEncoding,
    pub(crate) forms: &'static [BodyForm],
}

impl Scheme {
    /// HMAC-SHA256 over the body, as 64 hex digits in either case, in the first of these headers
    /// that is present.
    #[must_use]
    pub const fn hmac_sha256_hex(headers: &'static [&'static str]) -> Self {
        Self {
            algorithm: Algorithm::HmacSha256,
            headers,
            is_numbered: false,
            layout: Layout::Plain,
            groups: None,
            encoding: Encoding::Hex,
            signed: &[Part::Body],
            timestamp: None,
            id_headers: &[],
            secret_encoding: SecretEncoding::Text,
            forms: &[],
        }
    }

    /// HMAC-SHA256 over the body, in padded standard base64 (RFC 4648, section 4), in the first of
    /// these headers that is present.
    #[must_use]
    pub const fn hmac_sha256_base64(headers: &'static [&'static str]) -> Self {
        Self { encoding: Encoding::Base64, ..Self::hmac_sha256_hex(headers) }
    }

    /// HMAC-SHA1 over the body, as 40 hex digits in either case, in the first of these headers that
    /// is present.
    ///
    /// # Security
    ///
    /// Use it only for providers that offer no better algorithm. SHA-1 does not resist collisions,
    /// but HMAC does not depend on that (RFC 6194, section 3.3).
    #[must_use]
    pub const fn hmac_sha1_hex(headers: &'static [&'static str]) -> Self {
        Self { algorithm: Algorithm::HmacSha1, ..Self::hmac_sha256_hex(headers) }
    }

    /// Ed25519 (RFC 8032) over the body, in padded standard base64, in the first of these headers
    /// that is present.
    ///
    /// The secret of a verifier is the provider's public key: 32 bytes in base64, after the prefix
    /// `public`. The secret of a signer is the private key: 32 bytes, or 64 with the public key
    /// appended, in base64 after the prefix `private`. Both prefixes are optional.
    ///
    /// # Security
    ///
    /// Each pair of a signature and a public key hashes the whole body again. At most 8 pairs are
    /// tried: with `n` keys, each key is tried with the first 8 / `n` signatures of a
    /// [list](Self::list). Further signatures do not match.
    #[cfg(feature = "ed25519")]
    #[must_use]
    pub const fn ed25519_base64(
        headers: &'static [&'static str],
        public: &'static str,
        private: &'static str,
    ) -> Self {
        Self {
            algorithm: Algorithm::Ed25519 { private },
            ..Self::hmac_sha256_base64(headers)
                .secret(SecretEncoding::Base64 { prefix: public, at_least: 32 })
        }
    }

    /// Expects `prefix` directly before the signature, as in `sha256=…`.
    #[must_use]
    pub const fn prefix(self, prefix: &'static str) -> Self {
        Self { layout: Layout::Prefixed(prefix), ..self }
    }

    /// Expects a list of entries in the header, as in `t=1,v1=…,v1=…` (`list(',', '=', "v1")`) or
    /// `v1,… v1,…` (`list(' ', ',', "v1")`).
    ///
    /// Any entry with this `key` may match. There must be 1 to 8 such entries, and at least one of
    /// them must be well formed. A malformed entry does not match, and entries with other keys are
    /// ignored. The separator must not be a character that a signature can contain.
    #[must_use]
    pub const fn list(self, separator: char, assign: char, key: &'static str) -> Self {
        Self { layout: Layout::List { separator, assign, key }, ..self }
    }

    /// States the place of the signed time. The time must be one of the signed parts, unless it is
    /// a [member](Timestamp::member) of the body.
    #[must_use]
    pub const fn timestamp(self, timestamp: Timestamp) -> Self {
        Self { timestamp: Some(timestamp), ..self }
    }

    /// States the header of the delivery's id, which must be one of the signed parts. Give one name
    /// for all signature headers, or one for each of them in the same order.
    ///
    /// # Security
    ///
    /// An id that contains the first character of the literal after it is rejected, and a signer
    /// returns an error for it: see [`signed`](Self::signed).
    #[must_use]
    pub const fn id(self, headers: &'static [&'static str]) -> Self {
        Self { id_headers: headers, ..self }
    }

    /// States the parts of the signed text, in order. The body occurs once, as the last part.
    ///
    /// # Security
    ///
    /// It must be possible to read a signed text in only one way. Otherwise the sender of a
    /// delivery can choose where the id, the time and the body end, and an old signature also
    /// matches another id, another time and another body. A scheme therefore builds only if a
    /// literal follows each id and each timestamp, and the literal after a timestamp does not begin
    /// with a digit. Each part then ends where its literal begins: a timestamp consists of digits,
    /// and an id that contains the literal's first character is rejected. The URL is configured,
    /// and needs no literal.
    ///
    /// # Examples
    ///
    /// This scheme does not build: nothing separates the time from a body that begins with a digit.
    ///
    /// ```compile_fail,E0080
    /// use countersign::{
    ///     Provider, Scheme, Secret, Verifier, event::EventAt,
    ///     scheme::{Part, Timestamp, TimestampUnit},
    /// };
    ///
    /// struct TwoReadings;
    /// impl Provider for TwoReadings {
    ///     const NAME: &'static str = "two-readings";
    ///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Signature"])
    ///         .timestamp(Timestamp::header(&["X-Time"], TimestampUnit::Seconds))
    ///         .signed(&[Part::Timestamp, Part::Body]);
    ///     const EVENT: EventAt = EventAt::ENVELOPE;
    /// }
    ///
    /// let verifier = Verifier::<TwoReadings>::new(Secret::new("secret")?)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn signed(self, parts: &'static [Part]) -> Self {
        Self { signed: parts, ..self }
    }

    /// States how the key is encoded in the secret's text.
    #[must_use]
    pub const fn secret(self, form: SecretEncoding) -> Self {
        Self { secret_encoding: form, ..self }
    }

    /// States the body forms that the provider may have signed instead of the bytes on the wire, in
    /// the order in which they are tried. The bytes on the wire are always tried first. See
    /// [`BodyForm`] for the consequences of accepting a body form.
    #[must_use]
    pub const fn forms(self, forms: &'static [BodyForm]) -> Self {
        Self { forms, ..self }
    }

    /// Returns whether the URL is among the signed parts.
    #[doc(hidden)]
    #[must_use]
    pub const fn __signs_url(&self) -> bool {
        let mut index = 0;
        while index < self.signed.len() {
            if matches!(self.signed[index], Part::Url) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// Returns whether the key of a MAC is decoded from the text of the secret.
    pub(crate) const fn decodes_secrets(&self) -> bool {
        matches!(self.algorithm, Algorithm::HmacSha256 | Algorithm::HmacSha1)
            && matches!(self.secret_encoding, SecretEncoding::Base64 { .. })
    }

    /// Returns the headers that can hold the timestamp, if the timestamp has headers of its own.
    pub(crate) const fn timestamp_headers(&self) -> &'static [&'static str] {
        match self.timestamp {
            Some(Timestamp { place: TimestampPlace::Header(names), .. }) => names,
            _ => &[],
        }
    }

    /// Returns the headers of the id and of the timestamp that belong to a signature header, if the
    /// scheme has such headers. For a signature header that is not one of the scheme's, returns
    /// those of the scheme's first header.
    pub(crate) fn companions(&self, name: &str) -> (Option<&'static str>, Option<&'static str>) {
        let place = self.headers.iter().position(|header| header.eq_ignore_ascii_case(name));
        let of = |names: &'static [&'static str]| {
            names.get(place.unwrap_or_default()).or(names.first()).copied()
        };
        (of(self.id_headers), of(self.timestamp_headers()))
    }
}
