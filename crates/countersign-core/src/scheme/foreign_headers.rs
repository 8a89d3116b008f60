//! Signature headers of other providers that a provider also sends.

/// Signature headers of other providers that a provider sends in addition to its own.
///
/// Some Git hosting services repeat their signature in GitHub's header, for receivers that were
/// written for GitHub. A gateway passes on the headers of the original sender. If such a provider
/// and the other provider deliver to the same endpoint, a delivery can have the headers of both.
///
/// Such a delivery has signature headers of the other provider. It counts as a delivery of this
/// provider if all of those headers are in the
/// [`FOREIGN_HEADERS`](crate::Provider::FOREIGN_HEADERS) of this provider. The verifier of this
/// provider then decides, and the other signatures are ignored.
///
/// # Examples
///
/// A Git hosting service that repeats its signature in GitHub's header:
///
/// ```
/// use countersign::{Provider, Scheme, event::EventAt, scheme::ForeignHeaders};
///
/// struct Forge;
/// impl Provider for Forge {
///     const NAME: &'static str = "forge";
///     const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Forge-Signature"]);
///     const EVENT: EventAt = EventAt::OPEN;
///     const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::Named(&["X-Hub-Signature-256"]);
/// }
///
/// assert!(Forge::FOREIGN_HEADERS.include("x-hub-signature-256"));
/// assert!(!Forge::FOREIGN_HEADERS.include("x-webhook-signature"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ForeignHeaders {
    /// These headers. Their names may be in upper or lower case.
    Named(&'static [&'static str]),
    /// The headers of any original sender: the provider passes them on.
    PassedOn,
}

impl ForeignHeaders {
    /// No foreign headers.
    pub const NONE: Self = Self::Named(&[]);

    /// Returns whether the provider can send this header.
    #[must_use]
    pub fn include(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|other| other.eq_ignore_ascii_case(name)),
            Self::PassedOn => true,
        }
    }
}
