//! The examination of one delivery.

use std::{
    cmp::Reverse,
    collections::HashSet,
    time::{Duration, Instant, SystemTime},
};

use countersign_core::{
    __trial::signatures,
    Secret, VerifyError,
    error::VerifyErrorKind,
    event::Location,
    providers::AnyProvider,
    scheme::{Algorithm, Encoding, Layout, TimestampPlace},
};
use zeroize::Zeroizing;

use crate::{
    Case, Cause, Evidence, Framework, Report, Step, Verdict,
    advice::advice,
    candidate::{Candidate, candidates},
    frame::{self, frames},
    search::{Found, Search},
    secret::{self, Variant},
    suspicion::Hints,
    time, url,
};

pub(crate) fn examine(case: &Case) -> Report {
    let provider = case.provider.or_else(|| detect(case));
    let secrets = &case.secrets;
    let input = Input {
        provider,
        headers: &case.headers,
        body: &case.body,
        secrets,
        url: case.url.as_deref(),
        signature_header: case.signature_header.as_deref(),
        now: case.now(),
        tolerance: case.tolerance,
        framework: case.framework,
        time_limit: case.time_limit,
    };
    let verdict = input.verdict();
    input.report(verdict, |algorithms| {
        let scheme = provider.as_ref().map_or(&GENERIC, AnyProvider::scheme);
        let of = |(index, text): (usize, &Zeroizing<Vec<u8>>)| {
            secret::variants(text, index, scheme, algorithms)
        };
        secrets.iter().enumerate().flat_map(of).collect()
    })
}

/// The scheme of a sender that is not known.
static GENERIC: countersign_core::Scheme =
    countersign_core::Scheme::hmac_sha256_hex(&["X-Signature"]);

/// Everything that is known about a delivery, without its keys.
pub(crate) struct Input<'a> {
    pub(crate) provider: Option<AnyProvider>,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
    pub(crate) secrets: &'a [Zeroizing<Vec<u8>>],
    pub(crate) url: Option<&'a str>,
    pub(crate) signature_header: Option<&'a str>,
    pub(crate) now: SystemTime,
    pub(crate) tolerance: Option<Duration>,
    pub(crate) framework: Option<Framework>,
    pub(crate) time_limit: Duration,
}

impl Input<'_> {
    /// Examines the delivery with the keys that `keys` makes for these algorithms. `verdict` is that
    /// of a verifier; `None` if no verifier can be made.
    pub(crate) fn report(
        &self,
        verdict: Option<Result<(), VerifyErrorKind>>,
        keys: impl FnOnce(&[Algorithm]) -> Vec<Variant>,
    ) -> Report {
        let end = Instant::now().checked_add(self.time_limit);
        let mut report = Report {
            verdict: Verdict::Unexplained,
            provider: self.provider.map(|provider| provider.name().to_owned()),
            secret: None,
            steps: Vec::new(),
            advice: String::new(),
            evidence: None,
            reason: None,
            ruled_out: Vec::new(),
            attempts: 0,
            is_complete: true,
        };
        let reason = match verdict {
            Some(Ok(())) => {
                report.verdict = Verdict::Verifies;
                report.secret = Some(0);
                report.advice = self.advice(&report);
                return report;
            }
            Some(Err(kind)) => Some(kind),
            None => None,
        };
        report.reason = reason.map(|kind| VerifyError::from(kind).to_string());
        let own_headers = self.own_headers();
        let header = self.header(&own_headers);
        let scheme = self.provider.as_ref().map(AnyProvider::scheme);
        let candidates = candidates(scheme, &own_headers, self.headers);
        let urls = url::variants(self.url, self.headers);
        let urls_were_cut = urls.len() == url::MOST;
        let frames = frames(self.provider.as_ref(), &header, self.headers, urls);
        let keys = keys(&self.algorithms(&candidates));
        let search =
            Search { body: self.body, candidates: &candidates, keys: &keys, frames: &frames, end };
        let outcome = search.run();
        report.attempts = outcome.attempts;
        let was_cut = frames.len() == frame::MOST || urls_were_cut;
        report.is_complete = outcome.is_complete && !was_cut;
        if let Some(found) = outcome.found {
            report.secret = Some(found.secret);
            report.steps = self.steps(&found, &header, reason);
            // Everybody can sign with the key of a secret that is not set, so that is no proof.
            let is_unset = keys.get(found.key).is_some_and(|key| key.is_unset);
            report.verdict = if is_unset { Verdict::Suspected } else { Verdict::Explained };
            let own = frames.first().map(|frame| &*frame.before).unwrap_or_default();
            let given = [own, self.body].concat();
            let evidence = Evidence::between(&found.signed, &given);
            report.evidence = Some(evidence).filter(|one| one.first_difference.is_some());
        } else {
            let hints = Hints {
                provider: self.provider.as_ref(),
                own_headers: &own_headers,
                headers: self.headers,
                body: self.body,
                secrets: self.secrets,
                candidates: &candidates,
            };
            report.steps = hints.suspicions();
            if !report.steps.is_empty() {
                report.verdict = Verdict::Suspected;
            }
            let suspected = report.causes();
            let is_open = |cause: &Cause| !report.is_complete || suspected.contains(cause);
            report.ruled_out = outcome.tried.into_iter().filter(|cause| !is_open(cause)).collect();
        }
        report.advice = self.advice(&report);
        report
    }

    /// Returns the algorithms that make signatures of the lengths that the delivery has.
    fn algorithms(&self, candidates: &[Candidate]) -> Vec<Algorithm> {
        let lengths: HashSet<_> = candidates.iter().map(|one| one.bytes.len()).collect();
        let own = self.provider.map(|provider| provider.scheme().describe().algorithm);
        let mut algorithms = Vec::new();
        // Its signatures have a length that no HMAC has.
        algorithms
            .extend(own.filter(|own| !matches!(own, Algorithm::HmacSha256 | Algorithm::HmacSha1)));
        if lengths.contains(&32) {
            algorithms.push(Algorithm::HmacSha256);
        }
        if lengths.contains(&20) {
            algorithms.push(Algorithm::HmacSha1);
        }
        algorithms
    }

    fn own_headers(&self) -> Vec<String> {
        match (self.signature_header, self.provider) {
            (Some(header), _) => vec![header.to_owned()],
            (None, Some(provider)) => {
                let headers = provider.scheme().describe().headers;
                headers.iter().map(|name| (*name).to_owned()).collect()
            }
            (None, None) => Vec::new(),
        }
    }

    /// Returns the signature header that is present, or the first one of the scheme.
    fn header(&self, own_headers: &[String]) -> String {
        let is_present =
            |own: &&String| self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(own));
        own_headers.iter().find(is_present).or(own_headers.first()).cloned().unwrap_or_default()
    }

    /// Returns the changes under which the delivery is accepted.
    fn steps(&self, found: &Found, header: &str, reason: Option<VerifyErrorKind>) -> Vec<Step> {
        let mut steps = Vec::new();
        let Some(provider) = self.provider else {
            let name = &found.candidate.header;
            steps.push(Step::new(Cause::Scheme, format!("the signature in the header `{name}`")));
            steps.extend(found.steps.iter().cloned());
            return steps;
        };
        if !found.candidate.is_expected {
            steps.push(difference(&provider, header, &found.candidate, self.headers));
        }
        steps.extend(found.steps.iter().cloned());
        if found.secret > 0 {
            let words = format!("secret number {} of those that were given", found.secret + 1);
            steps.push(Step::new(Cause::AnotherSecret, words));
        }
        let scheme = provider.scheme();
        let of_time =
            time::judge(scheme, header, self.headers, &found.signed, self.tolerance, self.now);
        // The time of a text that does not hold it is not signed.
        let is_about_time =
            |step: &Step| matches!(step.cause, Cause::TimeUnit | Cause::TimeUnsigned);
        if !steps.iter().any(is_about_time) {
            steps.extend(of_time);
        }
        if !steps.is_empty() {
            return steps;
        }
        if let Some(kind) = reason {
            let error = VerifyError::from(kind);
            let cause = match kind {
                VerifyErrorKind::MissingSignature => Cause::SignatureMissing,
                VerifyErrorKind::MalformedSignature => Cause::SignatureEncoding,
                VerifyErrorKind::BodyTooLarge => Cause::BodyCut,
                _ => Cause::Scheme,
            };
            let words = format!("the headers are not accepted: {error}");
            steps.push(Step::statement(cause, words));
        } else {
            // The bytes of the secret are the key, and no verifier takes them as text.
            let is_space = self
                .secrets
                .get(found.secret)
                .is_some_and(|secret| secret.trim_ascii() != &***secret);
            let cause = if is_space { Cause::SecretSpace } else { Cause::SecretEscaped };
            let words = "the secret exactly as it is given, with the white space, quotes or bytes \
                         that `Secret::new` does not take";
            let advice = "The sender has the secret in this form. Correct it at the sender, or make \
                          the secret with `Secret::from_bytes`.";
            steps.push(Step::new(cause, words).advice(advice));
        }
        steps
    }

    /// Returns the verdict of a verifier with the first secret. `None` if it cannot be made.
    fn verdict(&self) -> Option<Result<(), VerifyErrorKind>> {
        let provider = self.provider?;
        let text = str::from_utf8(self.secrets.first()?).ok()?;
        let mut verifier = provider.verifier(Secret::new(text).ok()?).ok()?;
        verifier = verifier.body_limit(usize::MAX);
        if let Some(url) = self.url {
            verifier = verifier.url(url).ok()?;
        }
        if let Some(header) = self.signature_header {
            verifier = verifier.header(header).ok()?;
        }
        if let Some(tolerance) = self.tolerance {
            verifier = verifier.tolerance(tolerance);
        }
        let verified = verifier.verify_at(self.now, self.headers, self.body);
        Some(verified.map(drop).map_err(|error| error.kind()))
    }

    fn advice(&self, report: &Report) -> String {
        let name = report.provider.as_deref();
        match (report.verdict, &*report.steps) {
            (Verdict::Verifies, _) => "You do not need to do anything.".to_owned(),
            (_, [step, ..]) if step.advice.is_some() => step.advice.unwrap_or_default().to_owned(),
            (_, [step, others @ ..]) => {
                let is_only = others.is_empty();
                advice(step, name, self.framework, report.is_certain() && is_only)
            }
            (_, []) if report.attempts == 0 => {
                "Give the secret and all headers of the delivery, so that texts can be tried."
                    .to_owned()
            }
            (_, []) => {
                "Compare the secret with that of the endpoint. If it is the same one, ask the sender \
                 for the exact text that it signed."
                    .to_owned()
            }
        }
    }
}

/// Returns the difference between the signature that matched and the form that the scheme reads.
fn difference(
    provider: &AnyProvider,
    header: &str,
    found: &Candidate,
    headers: &[(String, String)],
) -> Step {
    let scheme = provider.scheme().describe();
    let Candidate { bytes, header: name, form, .. } = found;
    if !name.eq_ignore_ascii_case(header) {
        let sender = AnyProvider::all().iter().find(|other| {
            let names = other.scheme().describe().headers;
            names.iter().any(|own| own.eq_ignore_ascii_case(name))
        });
        let sender =
            sender.map(|one| format!(", the header of {}", one.name())).unwrap_or_default();
        let words = format!("the signature in the header `{name}`{sender}");
        return Step::new(Cause::Scheme, words);
    }
    let algorithm = match bytes.len() {
        20 if scheme.algorithm != Algorithm::HmacSha1 => Some("HMAC-SHA1"),
        32 if scheme.algorithm != Algorithm::HmacSha256 => Some("HMAC-SHA256"),
        _ => None,
    };
    if let Some(algorithm) = algorithm {
        return Step::new(Cause::Scheme, format!("the algorithm {algorithm}"));
    }
    let value = headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.trim());
    let value = value.unwrap_or_default();
    let is_encoded = match scheme.encoding {
        Encoding::Hex => form == "hex" || form == "upper-case hex",
        _ => form == "base64",
    };
    let start = match scheme.layout {
        Layout::Prefixed(prefix) => prefix.to_owned(),
        Layout::List { assign, key, .. } => format!("{key}{assign}"),
        _ => String::new(),
    };
    let has_start = if start.is_empty() {
        !value.contains(['=', ',', ':']) || scheme.encoding != Encoding::Hex
    } else {
        value.contains(&start)
    };
    if is_encoded && !has_start {
        let lower = value.to_ascii_lowercase();
        if !start.is_empty() && lower.contains(&start.to_ascii_lowercase()) {
            let words = format!("the signature after `{start}` in the case that the scheme states");
            return Step::new(Cause::SignatureEncoding, words);
        }
        let words = match &*start {
            "" => "the signature without the text before it".to_owned(),
            start => format!("the signature without `{start}` before it"),
        };
        return Step::new(Cause::Scheme, words);
    }
    let words = if is_encoded {
        "the signature without the blanks or other characters around it".to_owned()
    } else {
        let wanted = if scheme.encoding == Encoding::Hex { "hex" } else { "base64" };
        format!("the signature in {form}; the scheme states {wanted}")
    };
    Step::new(Cause::SignatureEncoding, words)
}

/// Finds the provider by the headers: one whose verifier accepts the delivery at any time, or the one
/// that the headers fit best.
fn detect(case: &Case) -> Option<AnyProvider> {
    let value_of = |name: &str| {
        let mut fields = case.headers.iter();
        fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let fit = |provider: &AnyProvider| {
        let scheme = provider.scheme().describe();
        let value = scheme.headers.iter().find_map(|name| value_of(name))?;
        let is_read = !signatures(provider.scheme(), value.as_bytes()).is_empty();
        let times = match scheme.timestamp.map(|time| time.place) {
            Some(TimestampPlace::Header(names)) => names,
            _ => &[],
        };
        let event = [provider.event().id, provider.event().event_type];
        let event = event.into_iter().filter_map(|at| match at {
            Location::UnsignedHeader(name) => Some(name),
            _ => None,
        });
        let names = scheme.headers.iter().chain(scheme.id_headers).chain(times).copied();
        let present = names.chain(event).filter(|name| value_of(name).is_some()).count();
        let rank = FREQUENT.iter().position(|name| *name == provider.name());
        Some((!is_read, Reverse(present), rank.unwrap_or(FREQUENT.len())))
    };
    let mut present: Vec<_> =
        AnyProvider::all().iter().filter_map(|one| fit(one).map(|fit| (fit, *one))).collect();
    present.sort_by_key(|(fit, _)| *fit);
    let accepts = |provider: &AnyProvider| {
        case.secrets.iter().any(|secret| {
            let text = str::from_utf8(secret).ok().map(str::trim).unwrap_or_default();
            let verifier = Secret::new(text).and_then(|secret| provider.verifier(secret));
            verifier.is_ok_and(|verifier| {
                let verifier = verifier.tolerance(Duration::MAX).body_limit(usize::MAX);
                verifier.verify(&case.headers, &case.body).is_ok()
            })
        })
    };
    let accepting = present.iter().find(|(_, provider)| accepts(provider));
    accepting.or(present.first()).map(|(_, provider)| *provider)
}

/// Gitea sends the headers of Gogs and GitHub, too. The others are conventions that other providers
/// follow.
const FREQUENT: [&str; 5] = ["gitea", "gogs", "github", "standard-webhooks", "x-webhook-signature"];
