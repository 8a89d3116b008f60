//! Verdicts over a delivery, for people and for programs.

use std::{borrow::Cow, time::SystemTime};

use countersign_core::{
    VerifyError, adapter::VerifiedDelivery, error::VerifyErrorKind, event::Location,
    providers::AnyProvider,
};
use serde::Serialize;

use crate::{header::Field, moment, output::Output, pretty};

/// The verdict over one delivery.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Verdict {
    /// `verified` or `refused`.
    pub(crate) verdict: &'static str,
    pub(crate) provider: &'static str,
    /// The name of the reason, such as `mismatch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The index of the secret that matched: 0 is the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<usize>,
    /// The body form that was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) event_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<String>,
    /// Names of the members above that were not signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unsigned: Vec<&'static str>,
}

impl Verdict {
    /// Reports the result of a verifier.
    pub(crate) fn of(
        provider: AnyProvider,
        result: &Result<VerifiedDelivery<Cow<'_, [u8]>>, VerifyError>,
        headers: &[Field],
    ) -> Self {
        match result {
            Ok(verified) => Self::verified(provider, verified, headers),
            Err(error) => Self::refused(provider, error),
        }
    }

    /// The name in place of a provider, if none has the signature header.
    pub(crate) const UNKNOWN: &str = "unknown";

    /// Refuses a delivery without a known signature header.
    pub(crate) fn unknown() -> Self {
        Self {
            verdict: "refused",
            provider: Self::UNKNOWN,
            reason: Some(VerifyErrorKind::MissingSignature.name()),
            message: Some("there is no signature header that is known".to_owned()),
            next: Some("name the provider, and check that it signs".to_owned()),
            secret: None,
            form: None,
            event_type: None,
            id: None,
            signed_at: None,
            unsigned: Vec::new(),
        }
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.reason.is_none()
    }

    fn verified(
        provider: AnyProvider,
        verified: &VerifiedDelivery<Cow<'_, [u8]>>,
        headers: &[Field],
    ) -> Self {
        let delivery = verified.delivery(headers);
        let owned = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let at = provider.event();
        let is_unsigned = |at: Location| matches!(at, Location::UnsignedHeader(_));
        let (event_type, id) = (owned(delivery.event_type()), owned(delivery.id()));
        let places = [("event_type", at.event_type, &event_type), ("id", at.id, &id)];
        let unsigned =
            places.into_iter().filter(|(_, at, value)| is_unsigned(*at) && value.is_some());
        let unsigned = unsigned.map(|(name, _, _)| name).collect();
        Self {
            verdict: "verified",
            provider: provider.name(),
            reason: None,
            message: None,
            next: None,
            secret: Some(verified.secret_index()),
            form: Some(verified.form().name()),
            event_type,
            id,
            signed_at: verified.signed_at().map(moment::text),
            unsigned,
        }
    }

    fn refused(provider: AnyProvider, error: &VerifyError) -> Self {
        Self {
            verdict: "refused",
            provider: provider.name(),
            reason: Some(error.kind().name()),
            message: Some(message(error)),
            next: Some(next(provider, error)),
            secret: None,
            form: None,
            event_type: None,
            id: None,
            signed_at: None,
            unsigned: Vec::new(),
        }
    }

    /// Returns the verdict for people.
    pub(crate) fn text(&self, output: &Output) -> String {
        let verdict = output.colored(self.verdict, self.is_verified());
        let Self { provider, .. } = self;
        if let (Some(reason), Some(message)) = (self.reason, &self.message) {
            let mut text = format!("{verdict}: {provider}: {reason}: {message}\n");
            if let Some(next) = &self.next {
                text.push_str(&format!("  next: {next}\n"));
            }
            return text;
        }
        let mut text = format!("{verdict}: {provider}");
        match self.secret {
            None | Some(0) => {}
            Some(index) => text.push_str(&format!(", with secret {} of those given", index + 1)),
        }
        match self.form {
            None | Some("wire") => {}
            Some(form) => text.push_str(&format!(", over the body as {form}")),
        }
        text.push('\n');
        let row = |name: &str, value: &Option<String>, key: &str| match value {
            Some(value) => {
                let note = if self.unsigned.contains(&key) { "  (not signed)" } else { "" };
                format!("  {name:<7} {}{note}\n", pretty::safe(value))
            }
            None => String::new(),
        };
        text.push_str(&row("type", &self.event_type, "event_type"));
        text.push_str(&row("id", &self.id, "id"));
        text.push_str(&row("signed", &self.signed_at, "signed_at"));
        text
    }
}

/// Returns the reason with its numbers, but without a signature.
fn message(error: &VerifyError) -> String {
    let headers: Vec<_> = error.headers().collect();
    let mut text = error.to_string();
    if !headers.is_empty() {
        text.push_str(&format!(" ({})", headers.join(", ")));
    }
    match (error.signed_age(), error.tolerance()) {
        (Some(age), Some(tolerance)) if age < 0 => {
            let ahead = age.unsigned_abs();
            text.push_str(&format!(": {ahead} s in the future, {} s allowed", tolerance.as_secs()));
        }
        (Some(age), Some(tolerance)) => {
            text.push_str(&format!(": {age} s old, {} s allowed", tolerance.as_secs()));
        }
        _ => {}
    }
    text
}

fn next(provider: AnyProvider, error: &VerifyError) -> String {
    match error.kind() {
        VerifyErrorKind::MissingSignature => {
            "pass all headers of the delivery, and check the secret at the provider: without one, \
             some providers do not sign"
        }
        VerifyErrorKind::RepeatedSignature => "find the proxy that adds a second header",
        VerifyErrorKind::MalformedSignature => "check the name of the provider",
        VerifyErrorKind::MalformedTimestamp | VerifyErrorKind::MalformedId => {
            "pass all headers of the delivery, exactly as received"
        }
        VerifyErrorKind::StaleTimestamp => {
            "give the time of a recorded delivery with --at, or check the clock"
        }
        VerifyErrorKind::Mismatch if provider.signs_url() => {
            "check the secret, and give the URL that the provider was given with --url"
        }
        VerifyErrorKind::Mismatch => {
            "check the secret, and that the body is exactly as received; `countersign explain` \
             looks for the cause"
        }
        VerifyErrorKind::BodyTooLarge => "set a larger limit on the receiver",
        _ => "see `countersign providers`",
    }
    .to_owned()
}

/// Returns the time at which a delivery is judged: the given one, the recorded one, or now.
pub(crate) fn time(at: Option<SystemTime>, received_at: Option<SystemTime>) -> SystemTime {
    at.or(received_at).unwrap_or_else(SystemTime::now)
}
