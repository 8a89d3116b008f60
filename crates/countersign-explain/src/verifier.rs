//! Explanations for the deliveries of a verifier.

use std::collections::BTreeSet;

use countersign_core::{HeaderSource, Provider, Verifier, providers::AnyProvider};

use crate::{Report, examine::Input, secret::Variant};

/// Explains the deliveries that a verifier rejects.
///
/// The body, the URL, the time and the headers are examined. The way in which the secret is written
/// is not, because a verifier does not keep it: use [`Case`](crate::Case) for that.
///
/// # Examples
///
/// ```
/// use countersign_core::{Secret, Signer, Verifier, providers::GitHub};
/// use countersign_explain::{Cause, ExplainDelivery};
///
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let verifier = Verifier::<GitHub>::new(secret.clone())?;
/// let headers = Signer::<GitHub>::new(secret)?.sign(b"{\"a\": 1}")?;
///
/// let report = verifier.explain(&headers, b"{\"a\":1}");
/// assert_eq!(report.causes(), [Cause::BodyReserialized]);
/// assert!(verifier.explain(&headers, b"{\"a\": 1}").causes().is_empty());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait ExplainDelivery {
    /// Examines a delivery with the settings and secrets of the verifier.
    ///
    /// It takes up to 2 s. A verifier that looks its secrets up per tenant has none to try: call
    /// [`Verifier::of_tenant`] first.
    fn explain<H: HeaderSource + ?Sized>(&self, headers: &H, body: &[u8]) -> Report;
}

impl<P: Provider> ExplainDelivery for Verifier<P> {
    fn explain<H: HeaderSource + ?Sized>(&self, headers: &H, body: &[u8]) -> Report {
        let mut trial = self.__trial();
        let keys = trial.as_mut().map(|trial| std::mem::take(&mut trial.keys));
        let (url, header, tolerance, now) = match &trial {
            Some(trial) => (
                Some(&*trial.url).filter(|url| !url.is_empty()),
                trial.header.as_deref(),
                Some(trial.tolerance.unwrap_or(std::time::Duration::MAX)),
                trial.now,
            ),
            None => (None, None, None, std::time::SystemTime::now()),
        };
        let headers = copied(headers, header);
        let input = Input {
            provider: Some(AnyProvider::of::<P>()),
            headers: &headers,
            body,
            secrets: &[],
            url,
            signature_header: header,
            now,
            tolerance,
            framework: None,
            time_limit: TIME_LIMIT,
        };
        let reason = self.verify(&headers, body).err().map(|error| error.kind());
        input.report(reason, |_| {
            let variant = |(secret, key)| Variant { key, secret, steps: Vec::new() };
            keys.into_iter().flatten().enumerate().map(variant).collect()
        })
    }
}

/// Copies the headers that an examination reads.
#[must_use]
pub fn copied<H: HeaderSource + ?Sized>(headers: &H, own: Option<&str>) -> Vec<(String, String)> {
    let mut names: BTreeSet<String> = HINTS.iter().map(|name| (*name).to_owned()).collect();
    for provider in AnyProvider::all() {
        let scheme = provider.scheme().describe();
        names
            .extend(scheme.headers.iter().chain(scheme.id_headers).map(|name| name.to_lowercase()));
        if let Some(countersign_core::scheme::TimestampPlace::Header(places)) =
            scheme.timestamp.map(|time| time.place)
        {
            names.extend(places.iter().map(|name| name.to_lowercase()));
        }
    }
    names.extend(own.map(str::to_lowercase));
    let mut found = Vec::new();
    for name in &names {
        for value in headers.values(name) {
            found.push((name.clone(), String::from_utf8_lossy(value).into_owned()));
        }
    }
    found
}

/// Headers that are not a provider's, and give hints.
const HINTS: [&str; 14] = [
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-hub-signature",
    "x-original-uri",
    "x-signature",
    "x-signature-256",
    "x-signature-timestamp",
    "x-timestamp",
];

/// Time for one delivery.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(2);
