//! Schemes with signatures of several keys in one delivery.

use super::Scheme;

impl Scheme {
    /// Expects up to four whole [lists](Self::list) in the header, as in `t=…,v1=… t=…,v1=…`
    /// (`.list(',', '=', "v1").groups(' ')`).
    ///
    /// Each group has its own [time](crate::scheme::Timestamp::entry), and its signatures cover its
    /// own text. Any group may match, and [`Verified::signed_at`] returns the time of that group. A
    /// malformed or stale group does not match. If all groups are malformed or stale, the error is
    /// that of the first one.
    ///
    /// [`Verified::signed_at`]: crate::adapter::VerifiedDelivery::signed_at
    ///
    /// # Security
    ///
    /// A rejected delivery is hashed once for each pair of a group and a secret, in each body form.
    /// At most 8 pairs are tried: with one or two secrets, all four groups are tried; with three or
    /// four secrets, only the first two groups. The first group is hashed while the body arrives.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign::{
    ///     Provider, Scheme, Secret, Signer, Verifier, event::EventAt,
    ///     scheme::{Part, Timestamp, TimestampUnit},
    /// };
    ///
    /// struct Acme;
    /// impl Provider for Acme {
    ///     const NAME: &'static str = "acme";
    ///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Acme-Signature"])
    ///         .list(',', '=', "v1")
    ///         .groups(' ')
    ///         .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
    ///         .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    ///     const EVENT: EventAt = EventAt::ENVELOPE;
    /// }
    ///
    /// let now = SystemTime::now();
    /// let sign = |secret: &str, time| -> Result<String, Box<dyn std::error::Error>> {
    ///     let headers = Signer::<Acme>::new(Secret::new(secret)?)?.at(time).sign(b"{}")?;
    ///     Ok(headers.iter().map(|(_, value)| value).collect())
    /// };
    /// let (new, old) = (sign("new", now)?, sign("old", now - Duration::from_secs(1))?);
    /// let headers = [("X-Acme-Signature", format!("{new} {old}"))];
    ///
    /// let verifier = Verifier::<Acme>::new(Secret::new("old")?)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn groups(self, separator: char) -> Self {
        Self { groups: Some(separator), ..self }
    }

    /// Reads all of the signature headers as one list, instead of only the first one that is
    /// present. Use it for providers that send one signature header for each key, with a number in
    /// its name, such as `X-Signature-1` and `X-Signature-2`.
    ///
    /// Any header may match, and each name may occur once. There are 2 to 8 names. A malformed
    /// header does not match. If all of them are malformed, the delivery is rejected as malformed.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Provider, Scheme, Secret, Signer, Verifier, event::EventAt};
    ///
    /// struct Acme;
    /// impl Provider for Acme {
    ///     const NAME: &'static str = "acme";
    ///     const SCHEME: Scheme =
    ///         Scheme::hmac_sha256_hex(&["X-Acme-Signature-1", "X-Acme-Signature-2"]).numbered();
    ///     const EVENT: EventAt = EventAt::ENVELOPE;
    /// }
    ///
    /// let new = Signer::<Acme>::new(Secret::new("new")?)?.sign(b"{}")?;
    /// let old = Signer::<Acme>::new(Secret::new("old")?)?.header("X-Acme-Signature-2")?.sign(b"{}")?;
    /// let headers: Vec<_> = new.into_iter().chain(old).collect();
    ///
    /// let verifier = Verifier::<Acme>::new(Secret::new("old")?)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn numbered(self) -> Self {
        Self { is_numbered: true, ..self }
    }
}

/// Greatest number of groups in one header. A rotation needs two.
pub(crate) const MAX_GROUPS: usize = 4;

/// Greatest number of pairs of a group and a secret that are tried for one body. Each pair hashes
/// the whole body.
pub(crate) const MAX_PAIRS: usize = 8;
