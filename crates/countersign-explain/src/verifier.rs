//! Explanations for the deliveries of a verifier.

use std::collections::BTreeSet;

use countersign_core::{
    HeaderSource, Provider, Scheme, Verifier, providers::AnyProvider, scheme::TimestampPlace,
};

use crate::{Report, examine::Input, secret::Variant};

/// Explains the deliveries that a verifier rejects.
///
/// The body, the URL, the time and the headers are examined. Mistakes in the text of the secret are
/// not found, because a verifier keeps only the key: use [`Case`](crate::Case) for that.
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
        let headers = copied(headers, &names(&P::SCHEME, header));
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
        let verdict = self.verify_at(now, &headers, body).map(drop);
        let verdict = Some(verdict.map_err(|error| error.kind()));
        input.report(verdict, |_| {
            let variant =
                |(secret, key)| Variant { key, secret, steps: Vec::new(), is_unset: false };
            keys.into_iter().flatten().enumerate().map(variant).collect()
        })
    }
}

/// Returns the names of the headers that an examination reads, in lower case.
#[must_use]
pub fn names(own: &Scheme, header: Option<&str>) -> Vec<String> {
    let mut names: BTreeSet<String> = HINTS.iter().map(|name| (*name).to_owned()).collect();
    let known = AnyProvider::all().iter().map(AnyProvider::scheme);
    for scheme in known.chain([own]).map(Scheme::describe) {
        let times = match scheme.timestamp.map(|time| time.place) {
            Some(TimestampPlace::Header(names)) => names,
            _ => &[],
        };
        let all = scheme.headers.iter().chain(scheme.id_headers).chain(times);
        names.extend(all.map(|name| name.to_lowercase()));
    }
    names.extend(header.map(str::to_lowercase));
    names.into_iter().collect()
}

/// Copies the headers with these names. Values that are too long for a hint are left out.
#[must_use]
pub fn copied<H: HeaderSource + ?Sized>(headers: &H, names: &[String]) -> Vec<(String, String)> {
    let fields = names.iter().flat_map(|name| headers.values(name).map(move |value| (name, value)));
    fields
        .filter(|(_, value)| value.len() <= LONGEST)
        .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()))
        .take(MOST)
        .collect()
}

/// The most bytes of a header's value that are copied.
const LONGEST: usize = 8 * 1024;

/// The most headers that are copied.
const MOST: usize = 64;

/// Headers that are not a provider's, and give hints.
const HINTS: [&str; 18] = [
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-forwarded-uri",
    "x-hub-signature",
    "x-hub-signature-512",
    "x-forwarded-path",
    "x-original-host",
    "x-original-uri",
    "x-original-url",
    "x-signature",
    "x-signature-256",
    "x-signature-timestamp",
    "x-timestamp",
];

/// Time for one delivery.
const TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(2);
