//! The result of an examination.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::{Cause, Evidence, Step};

/// The kind of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// The delivery verifies.
    Verifies,
    /// The signature matches after the changes of the report. This is proven.
    Explained,
    /// Nothing matches, and the delivery has signs of these causes.
    Suspected,
    /// Nothing matches, and there is no sign of a known cause.
    Unexplained,
}

/// The result of an examination: the verdict, the next step, and the evidence.
///
/// `Display` writes the verdict in the first line, the next step in the second line, and then the
/// evidence, with an excerpt of the body. [`redacted`](Self::redacted) leaves its letters and
/// digits out.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The kind of the report.
    pub verdict: Verdict,
    /// The name of the provider that was given, or that was found by the headers.
    pub provider: Option<String>,
    /// The index of the secret that matched: 0 is the first one.
    pub secret: Option<usize>,
    /// The changes under which the signature matches, or the suspicions.
    pub steps: Vec<Step>,
    /// The next step.
    pub advice: String,
    /// The difference between the signed text and the given text.
    pub evidence: Option<Evidence>,
    /// The reason that a verifier reports.
    pub reason: Option<String>,
    /// The causes of which every known change was tried, without a match. Empty if there is a match.
    pub ruled_out: Vec<Cause>,
    /// The number of texts that were tried with a key.
    pub attempts: usize,
    /// False if not everything was tried: the time limit ended the search, or the body or the
    /// headers are very long.
    pub is_complete: bool,
}

impl Report {
    /// Returns the causes of the steps, without repetition.
    #[must_use]
    pub fn causes(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        for step in &self.steps {
            if !causes.contains(&step.cause) {
                causes.push(step.cause);
            }
        }
        causes
    }

    /// Returns whether the verdict is proven by the signature.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self.verdict, Verdict::Verifies | Verdict::Explained)
    }

    /// Returns the verdict in one line.
    #[must_use]
    pub fn headline(&self) -> String {
        let provider = self.provider.as_deref().unwrap_or("no known provider");
        let changes: Vec<_> = self.steps.iter().map(|step| &*step.change).collect();
        match self.verdict {
            Verdict::Verifies => format!("The delivery verifies ({provider})."),
            Verdict::Explained => {
                let (of_time, changes): (Vec<_>, Vec<_>) =
                    self.steps.iter().partition(|step| step.is_statement);
                let joined = |steps: &[&Step]| {
                    steps.iter().map(|step| &*step.change).collect::<Vec<_>>().join("; and ")
                };
                match (&*changes, &*of_time) {
                    ([], _) => {
                        format!("The signature matches ({provider}), but {}.", joined(&of_time))
                    }
                    (_, []) => {
                        format!("The signature matches ({provider}) with {}.", joined(&changes))
                    }
                    _ => format!(
                        "The signature matches ({provider}) with {}. Also, {}.",
                        joined(&changes),
                        joined(&of_time)
                    ),
                }
            }
            Verdict::Suspected => {
                format!("Nothing matches ({provider}). Likely: {}.", changes.join("; "))
            }
            Verdict::Unexplained if self.attempts == 0 => {
                format!("Nothing could be tried ({provider}).")
            }
            Verdict::Unexplained if !self.is_complete => {
                format!(
                    "Nothing that was tried matches ({provider}), but not everything was tried."
                )
            }
            Verdict::Unexplained => format!(
                "No known change makes the signature match ({provider}). Probably the secret is \
                 another one, or a part of the body was lost."
            ),
        }
    }

    /// Returns the report with `a` for each letter of the body and `0` for each digit, so that it can
    /// be posted.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let evidence = self.evidence.as_ref().map(Evidence::redacted);
        Self { evidence, ..self.clone() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.headline())?;
        writeln!(f, "{}", self.advice)?;
        if let Some(secret) = self.secret.filter(|secret| *secret > 0) {
            writeln!(f, "  secret: number {} of those that were given", secret + 1)?;
        }
        if let Some(reason) = &self.reason {
            writeln!(f, "  a verifier reports: {reason}")?;
        }
        if let Some(evidence) = &self.evidence {
            let Evidence { signed_length, given_length, first_difference, signed, given } =
                evidence;
            write!(f, "  signed: {signed_length} bytes; given: {given_length} bytes")?;
            if let Some(place) = first_difference {
                writeln!(f, "; first difference at byte {place}:")?;
                writeln!(f, "    signed  {signed}")?;
                write!(f, "    given   {given}")?;
            }
            writeln!(f)?;
        }
        if !self.ruled_out.is_empty() {
            let names: Vec<_> = self.ruled_out.iter().map(|cause| cause.name()).collect();
            writeln!(f, "  ruled out, as far as changes are known: {}", names.join(", "))?;
        }
        if !self.is_certain() {
            let end = if self.is_complete { "" } else { "; not everything was tried" };
            writeln!(f, "  tried: {} pairs of a text and a key{end}", self.attempts)?;
        }
        Ok(())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
