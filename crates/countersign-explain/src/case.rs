//! The delivery that is examined.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use countersign_core::{Provider, providers::AnyProvider};
use zeroize::Zeroizing;

use crate::{Framework, Report, examine};

/// A delivery that does not verify, and the settings with which it was verified.
///
/// # Examples
///
/// ```
/// use countersign_explain::{Case, Cause, explain};
///
/// // The receiver parsed the body and wrote it again.
/// let case = Case::new(r#"{"some":"data"}"#)
///     .provider(countersign_core::providers::AnyProvider::named("x-webhook-signature").unwrap())
///     .header(
///         "X-Webhook-Signature",
///         "9e18ca47ce4dc4fa0718b26ff270caf1de932da5a6997a4d1e469ffd9def277b",
///     )
///     .secret("your_webhook_secret");
/// let report = explain(&case);
/// assert_eq!(report.causes(), [Cause::BodyReserialized]);
/// assert!(report.is_certain());
/// ```
#[derive(Clone)]
#[must_use]
pub struct Case {
    pub(crate) provider: Option<AnyProvider>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) secrets: Vec<Zeroizing<Vec<u8>>>,
    pub(crate) url: Option<String>,
    pub(crate) signature_header: Option<String>,
    pub(crate) received_at: Option<SystemTime>,
    pub(crate) tolerance: Option<Duration>,
    pub(crate) framework: Option<Framework>,
    pub(crate) time_limit: Duration,
}

impl Case {
    /// Begins a case with the bytes of the body, exactly as they were verified.
    pub fn new(body: impl Into<Vec<u8>>) -> Self {
        Self {
            provider: None,
            headers: Vec::new(),
            body: body.into(),
            secrets: Vec::new(),
            url: None,
            signature_header: None,
            received_at: None,
            tolerance: None,
            framework: None,
            time_limit: TIME_LIMIT,
        }
    }

    /// Sets the provider. Default: the provider is found by the headers.
    pub fn provider(self, provider: AnyProvider) -> Self {
        Self { provider: Some(provider), ..self }
    }

    /// Sets the provider, which can be one of yours.
    pub fn provider_of<P: Provider>(self) -> Self {
        self.provider(AnyProvider::of::<P>())
    }

    /// Adds a header of the delivery. Add all of them: each can hold a hint.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds headers of the delivery.
    pub fn headers<N: Into<String>, V: Into<String>>(
        mut self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let pair = |(name, value): (N, V)| (name.into(), value.into());
        self.headers.extend(headers.into_iter().map(pair));
        self
    }

    /// Adds a secret, exactly as it was set, with any white space around it. The first one is the
    /// secret that the receiver uses; the others are tried, too.
    ///
    /// # Security
    ///
    /// The case keeps the secret until it is dropped, and then wipes it. No part of a report
    /// contains it.
    pub fn secret(mut self, secret: impl AsRef<[u8]>) -> Self {
        self.secrets.push(secret.as_ref().to_vec().into());
        self
    }

    /// Sets the URL that the receiver verifies with, or that the delivery was sent to.
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Sets the header of the signature, if the receiver does not use the provider's headers.
    pub fn signature_header(self, name: impl Into<String>) -> Self {
        Self { signature_header: Some(name.into()), ..self }
    }

    /// Sets the time at which the delivery was received. Default: the present time.
    pub fn received_at(self, time: SystemTime) -> Self {
        Self { received_at: Some(time), ..self }
    }

    /// Sets the largest accepted difference between the signed time and the time of receipt. Default: that of the provider.
    pub fn tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance: Some(tolerance), ..self }
    }

    /// Sets the framework of the receiver, for the advice.
    pub fn framework(self, framework: Framework) -> Self {
        Self { framework: Some(framework), ..self }
    }

    /// Sets the time after which nothing more is tried. Default: 2 s.
    pub fn time_limit(self, limit: Duration) -> Self {
        Self { time_limit: limit, ..self }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.received_at.unwrap_or_else(SystemTime::now)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("provider", &self.provider)
            .field("body", &self.body.len())
            .field("secrets", &self.secrets.len())
            .finish_non_exhaustive()
    }
}

/// Finds the change under which the signature of a delivery matches, or names the causes that are
/// likely.
///
/// The function tries the causes that are frequent in the field, alone and in pairs. It takes at
/// most the [time limit](Case::time_limit), and about 70 times the memory of the body.
///
/// # Security
///
/// The report contains no secret and no signature that was computed. A change that it states as
/// certain is proven: the signature of the delivery matches the changed text, with a key that only
/// those who have the secret can make.
#[must_use]
pub fn explain(case: &Case) -> Report {
    examine::examine(case)
}

/// Time for one case.
const TIME_LIMIT: Duration = Duration::from_secs(2);
