//! How a provider signs, as data.

mod algorithm;
pub(crate) mod body_form;
mod boundary;
mod check;
mod encoding;
mod foreign_headers;
mod groups;
mod layout;
mod part;
mod timestamp;

pub(crate) use algorithm::Algorithm;
pub use body_form::BodyForm;
pub(crate) use check::is_field_name;
pub use encoding::{Encoding, SecretEncoding};
pub use foreign_headers::ForeignHeaders;
pub(crate) use groups::{MAX_GROUPS, MAX_PAIRS};
pub(crate) use layout::Layout;
pub use part::Part;
pub(crate) use timestamp::TimestampPlace;
pub use timestamp::{Timestamp, TimestampUnit};

pub use crate::reserialize::JsonDumps;

/// A description of how a provider signs its deliveries: the place of the signature, its encoding,
/// and the text that it covers.
///
/// A scheme is a constant. It is checked while your program is compiled: an impossible one (a
/// header name that is none, a timestamp that is read and not signed) does not build.
///
/// Names and texts are ASCII; header names may be in any case. What differs from one deployment to
/// the next (the limit, a header that the provider lets you choose, the signed URL) is set on the
/// [`Verifier`](crate::Verifier).
///
/// # Examples
///
/// Hex over the body, as most do it, and Slack's timestamped form:
///
/// ```
/// use std::time::Duration;
/// use countersign_core::{
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
/// An impossible scheme fails the build where a verifier or a signer is made for it:
///
/// ```compile_fail,E0080
/// use countersign_core::{Provider, Scheme, Secret, Verifier, event::EventAt};
///
/// struct Impossible;
/// impl Provider for Impossible {
///     const NAME: &'static str = "impossible";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["not a header name"]);
///     const EVENT: EventAt = EventAt::ENVELOPE;
/// }
///
/// let verifier = Verifier::<Impossible>::new(Secret::new("secret")?)?;
/// # Ok::<_, countersign_core::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    pub(crate) algorithm: Algorithm,
    pub(crate) headers: &'static [&'static str],
    /// All headers together are one list.
    pub(crate) is_numbered: bool,
    pub(crate) layout: Layout,
    /// The character between lists, where a header holds several.
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
    /// For providers that sign so and in no better way. What is broken in SHA-1 are collisions;
    /// HMAC does not rest on them (RFC 6194, section 3.3).
    #[must_use]
    pub const fn hmac_sha1_hex(headers: &'static [&'static str]) -> Self {
        Self { algorithm: Algorithm::HmacSha1, ..Self::hmac_sha256_hex(headers) }
    }

    /// Ed25519 (RFC 8032) over the body, in padded standard base64, in the first of these headers
    /// that is present.
    ///
    /// The secret of a verifier is the provider's public key, 32 bytes in base64 behind `public`;
    /// that of a signer is the private key, 32 bytes, or 64 with the public key appended, in base64
    /// behind `private`. Both prefixes may be left out.
    ///
    /// # Security
    ///
    /// Each pair of a signature and a public key hashes the whole body anew. At most 8 pairs are
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

    /// Expects `prefix` right before the signature, as in `sha256=…`.
    #[must_use]
    pub const fn prefix(self, prefix: &'static str) -> Self {
        Self { layout: Layout::Prefixed(prefix), ..self }
    }

    /// Expects a list of entries in the header, as in `t=1,v1=…,v1=…` (`list(',', '=', "v1")`) or
    /// `v1,… v1,…` (`list(' ', ',', "v1")`).
    ///
    /// Any entry called `key` may match: 1 to 8 of them, at least one well formed. A malformed one
    /// only fails to match, and entries of other names are ignored. The separator is no character
    /// that signatures are written with.
    #[must_use]
    pub const fn list(self, separator: char, assign: char, key: &'static str) -> Self {
        Self { layout: Layout::List { separator, assign, key }, ..self }
    }

    /// States where the time of signing is. It must be among the signed parts, unless it is a
    /// [member](Timestamp::member) of the body.
    #[must_use]
    pub const fn timestamp(self, timestamp: Timestamp) -> Self {
        Self { timestamp: Some(timestamp), ..self }
    }

    /// States the header of the delivery's id that is among the signed parts: one name for all
    /// signature headers, or one for each, in their order.
    ///
    /// # Security
    ///
    /// An id that contains the first character of the literal after it is rejected, and a signer
    /// returns an error for it: see [`signed`](Self::signed).
    #[must_use]
    pub const fn id(self, headers: &'static [&'static str]) -> Self {
        Self { id_headers: headers, ..self }
    }

    /// States what is signed, in order. The body comes once, and last.
    ///
    /// # Security
    ///
    /// It must be possible to read a signed text in only one way. Otherwise the sender of a
    /// delivery chooses where the id, the time and the body end, and a signature that is years old
    /// also matches another id, another time and another body. A scheme therefore builds only if a
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
    /// use countersign_core::{
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
    /// # Ok::<_, countersign_core::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn signed(self, parts: &'static [Part]) -> Self {
        Self { signed: parts, ..self }
    }

    /// States how the secret's text becomes the key.
    #[must_use]
    pub const fn secret(self, form: SecretEncoding) -> Self {
        Self { secret_encoding: form, ..self }
    }

    /// States the forms of the body that the provider may have signed instead of the wire's, in the
    /// order they are tried. The bytes of the wire always come first. See [`BodyForm`] for what
    /// accepting one means.
    #[must_use]
    pub const fn forms(self, forms: &'static [BodyForm]) -> Self {
        Self { forms, ..self }
    }

    /// Returns whether the URL is among the signed parts.
    pub(crate) const fn signs_url(&self) -> bool {
        let mut index = 0;
        while index < self.signed.len() {
            if matches!(self.signed[index], Part::Url) {
                return true;
            }
            index += 1;
        }
        false
    }

    /// Returns whether a MAC's key is decoded from the secret's text.
    pub(crate) const fn decodes_secrets(&self) -> bool {
        matches!(self.algorithm, Algorithm::HmacSha256 | Algorithm::HmacSha1)
            && matches!(self.secret_encoding, SecretEncoding::Base64 { .. })
    }

    /// The headers that the timestamp may be in, if it has headers of its own.
    pub(crate) const fn timestamp_headers(&self) -> &'static [&'static str] {
        match self.timestamp {
            Some(Timestamp { place: TimestampPlace::Header(names), .. }) => names,
            _ => &[],
        }
    }

    /// Returns the headers of the id and of the timestamp that go with a signature header, where
    /// the scheme has such headers. For a signature header that is not the scheme's, these are the
    /// headers that go with the scheme's first.
    pub(crate) fn companions(&self, name: &str) -> (Option<&'static str>, Option<&'static str>) {
        let place = self.headers.iter().position(|header| header.eq_ignore_ascii_case(name));
        let of = |names: &'static [&'static str]| {
            names.get(place.unwrap_or_default()).or(names.first()).copied()
        };
        (of(self.id_headers), of(self.timestamp_headers()))
    }
}
