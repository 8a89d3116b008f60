//! The verdict over each delivery: by one provider, or by the one whose header is present.

use std::time::{Duration, SystemTime};

use countersign_core::{
    Secrets,
    providers::{AnyProvider, AnyVerifier},
    scheme::BodyForm,
};

use countersign_explain::Case;
use zeroize::Zeroizing;

use crate::{candidates, explain, failure::Failure, recorded::Recorded, verdict::Verdict};

/// The settings of the verdict.
pub(super) struct Verification {
    /// `None` to choose it for each delivery.
    pub(super) provider: Option<AnyProvider>,
    pub(super) secrets: Secrets,
    /// The same secrets, as they were given.
    pub(super) texts: Vec<Zeroizing<String>>,
    pub(super) url: Option<String>,
    pub(super) signature_header: Option<String>,
    pub(super) forms: Vec<BodyForm>,
    pub(super) tolerance: Option<Duration>,
}

impl Verification {
    /// Checks the settings before a delivery arrives.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match self.provider {
            Some(provider) => self.verifier(provider, None).map(drop),
            None => {
                let mut verifiers = AnyProvider::all().iter().map(|one| self.verifier(*one, None));
                verifiers.find_map(Result::ok).map(drop).ok_or_else(|| {
                    Failure::usage("no provider has secrets of this form")
                        .next("copy the whole text that the provider shows, and name the provider")
                })
            }
        }
    }

    /// Verifies a delivery. If several providers have its signature header, the first one that
    /// verifies it decides.
    pub(super) fn verdict(&self, recorded: &Recorded) -> Verdict {
        let candidates = match self.provider {
            Some(provider) => vec![provider],
            None => candidates::of(&recorded.headers),
        };
        let mut first = None;
        for provider in candidates {
            let Ok(verifier) = self.verifier(provider, recorded.url.as_deref()) else { continue };
            let time = recorded.received_at.unwrap_or_else(SystemTime::now);
            let result = verifier.verify_at(time, &recorded.headers, &recorded.body);
            let verdict = Verdict::of(provider, &result, &recorded.headers);
            if verdict.is_verified() {
                return verdict;
            }
            first.get_or_insert(verdict);
        }
        first.unwrap_or_else(Verdict::unknown)
    }

    /// Returns the case of a delivery that was refused.
    pub(super) fn case(&self, recorded: &Recorded) -> Case {
        let mut case = explain::case(self.provider, recorded)
            .received_at(recorded.received_at.unwrap_or_else(SystemTime::now))
            .time_limit(TIME_LIMIT);
        for text in &self.texts {
            case = case.secret(text.as_str());
        }
        if let Some(url) = self.url.as_ref().or(recorded.url.as_ref()) {
            case = case.url(url);
        }
        if let Some(name) = &self.signature_header {
            case = case.signature_header(name);
        }
        match self.tolerance {
            Some(tolerance) => case.tolerance(tolerance),
            None => case,
        }
    }

    fn verifier(&self, provider: AnyProvider, url: Option<&str>) -> Result<AnyVerifier, Failure> {
        let mut verifier = provider.verifier(self.secrets.clone())?;
        if let Some(url) = self.url.as_deref().or(url) {
            verifier = verifier.url(url)?;
        }
        if let Some(name) = &self.signature_header {
            verifier = verifier.header(name)?;
        }
        if !self.forms.is_empty() {
            let of_provider = provider.scheme().describe().forms;
            let forms: Vec<_> = self.forms.iter().chain(of_provider).copied().collect();
            verifier = verifier.forms(forms);
        }
        if let Some(tolerance) = self.tolerance {
            verifier = verifier.tolerance(tolerance);
        }
        Ok(verifier)
    }
}

/// Time for the explanation of one delivery, whose sender waits for the answer.
const TIME_LIMIT: Duration = Duration::from_secs(1);
