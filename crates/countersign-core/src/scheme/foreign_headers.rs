//! Signature headers that a sender adds besides its own.

/// Signature headers of other providers that a provider sends besides its own.
///
/// Some forges repeat their signature in GitHub's header, for receivers that were written for
/// GitHub. A gateway passes on the headers of whoever sent the event. Where such a provider and the
/// other one deliver to the same endpoint, a delivery has the headers of both.
///
/// With this statement the delivery can be attributed: if a provider states all the foreign headers
/// that are there, its verifier decides, and the other signatures are not looked at.
///
/// # Examples
///
/// A forge that repeats its signature for receivers of GitHub:
///
/// ```
/// use countersign_core::{Provider, Scheme, event::EventAt, scheme::ForeignHeaders};
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
    /// These headers, in any case.
    Named(&'static [&'static str]),
    /// The headers of whoever sent the event: the provider passes them on.
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
