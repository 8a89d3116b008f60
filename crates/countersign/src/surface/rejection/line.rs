//! The log line of a rejected delivery.

use std::fmt;

use countersign_core::{
    HeaderSource, PayloadError, Scheme, VerifyError, error::VerifyErrorKind,
    providers::__signature_headers_in,
};

use super::{Reason, Rejection, sent::Sent};
use crate::{
    logs::{self, causes::Causes},
    observe,
    surface::names::Names,
};

impl Rejection {
    /// Logs the delivery, once.
    ///
    /// A field is present only if its value is known: a body that was not read has no length, and
    /// secrets that were not tried have no count. No field holds text of the sender, except the
    /// path and the names of members.
    pub(super) fn log<H: HeaderSource + ?Sized>(&self, path: Option<&str>, headers: &H) {
        observe::rejected(self);
        let reason = &self.reason;
        match reason {
            Reason::Handshake(_) => tracing::debug!(
                target: logs::HANDSHAKE,
                provider = self.provider().as_deref(),
                path,
                "answered a request without a signature",
            ),
            Reason::Duplicate { .. } | Reason::InProgress { .. } => {
                tracing::debug!(target: logs::IDEMPOTENCY, "did not handle a delivery: {reason}");
            }
            Reason::Store(_) | Reason::StoreDeadline => {
                let cause = reason.causes().map(tracing::field::display);
                tracing::warn!(
                    target: logs::IDEMPOTENCY,
                    endpoint = self.endpoint().as_deref(),
                    cause,
                    "did not handle a delivery: {reason}",
                );
            }
            Reason::MissingVerifier { .. }
            | Reason::SharedHeader { .. }
            | Reason::MissingProof { .. }
            | Reason::MissingIdempotency
            | Reason::MissingEvents
            | Reason::MissingWorker => tracing::error!(
                target: logs::REJECTION,
                provider = self.provider().as_deref(),
                reason = %reason,
                status = self.status(),
                path,
                "rejected a delivery: the application is not set up correctly, see the field `reason`",
            ),
            _ => self.log_rejection(path, headers),
        }
    }

    fn log_rejection<H: HeaderSource + ?Sized>(&self, path: Option<&str>, headers: &H) {
        if !tracing::enabled!(target: logs::REJECTION, tracing::Level::WARN) {
            return;
        }
        let (verify, payload) = match &self.reason {
            Reason::Verify(error) => (Some(error), None),
            Reason::Payload(error) => (None, Some(error)),
            _ => (None, None),
        };
        let head = verify.map(|error| Head::of(error, headers));
        let head = head.as_ref();
        let expected = verify.and_then(|error| self.names?.scheme()?.__expected(error.kind()));
        let sent = Sent::of(headers);
        let tried = verify.filter(|error| error.secrets_tried() > 0);
        let digest = self.body.as_deref().and_then(|body| body.digest);
        let received = verify.map(VerifyError::received).filter(|received| *received > 0);
        tracing::warn!(
            target: logs::REJECTION,
            provider = self.provider().as_deref(),
            reason = %self.reason,
            status = self.status(),
            path,
            header = head.and_then(|head| head.looked_for.as_deref()),
            expected = expected.as_deref(),
            instead = head.and_then(|head| head.instead.as_deref()),
            header_length = head.and_then(|head| head.length),
            header_shape = head.and_then(|head| head.form).map(tracing::field::debug),
            content_length = sent.content_length,
            content_type = sent.content_type,
            content_encoding = sent.content_encoding,
            body_length = self.body.as_ref().map(|body| body.length).or(received),
            body_sha256 = digest.map(|digest| tracing::field::display(Digest(digest))),
            secrets_tried = tried.map(VerifyError::secrets_tried),
            forms_tried = tried.map(VerifyError::forms_tried),
            age_s = verify.and_then(VerifyError::signed_age),
            tolerance_s = verify.and_then(VerifyError::tolerance).map(|time| time.as_secs()),
            advice = verify.and_then(|error| advice(error, self.names.and_then(Names::scheme))),
            cause = self.reason.causes().map(tracing::field::display),
            category = payload.map(|error| tracing::field::debug(error.kind())),
            line = payload.map(PayloadError::line).filter(|line| *line > 0),
            column = payload.map(PayloadError::column).filter(|column| *column > 0),
            member = payload.and_then(PayloadError::path),
            "rejected a delivery",
        );
    }
}

impl Reason {
    /// Returns the causes of an error of the application's own code or store, for the log.
    pub(crate) fn causes(&self) -> Option<Causes<'_>> {
        match self {
            Self::Lookup(error) => Causes::of(error),
            Self::Store(error) => Causes::of(error),
            _ => None,
        }
    }
}

/// Facts about the signature headers.
struct Head {
    /// The names of the headers in which the signature was looked for.
    looked_for: Option<String>,
    /// The signature headers of other known providers that the request has.
    instead: Option<String>,
    length: Option<usize>,
    form: Option<countersign_core::error::SignatureShape>,
}

impl Head {
    fn of<H: HeaderSource + ?Sized>(error: &VerifyError, headers: &H) -> Self {
        let names: Vec<_> = error.headers().collect();
        let is_missing = error.kind() == VerifyErrorKind::MissingSignature;
        let came = if is_missing { __signature_headers_in(headers) } else { Vec::new() };
        let is_other = |came: &&str| !names.iter().any(|name| name.eq_ignore_ascii_case(came));
        let instead: Vec<_> = came.into_iter().filter(is_other).collect();
        // An empty header has a length; an absent or a repeated one has none.
        let is_empty = is_missing && names.iter().any(|name| headers.values(name).next().is_some());
        let is_single = is_empty || error.header_length() > 0;
        Self {
            looked_for: joined(&names),
            instead: joined(&instead),
            length: is_single.then(|| error.header_length()),
            form: is_single.then(|| error.header_shape()),
        }
    }
}

fn joined(names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| names.join("|"))
}

/// Returns the usual cause of a rejection, if the other fields do not name it.
fn advice(error: &VerifyError, scheme: Option<&Scheme>) -> Option<&'static str> {
    match (error.kind(), error.signed_age()) {
        (VerifyErrorKind::Mismatch, _) if scheme.is_some_and(Scheme::__signs_url) => Some(
            "usually the sender and this receiver have different secrets, or the URL that the \
             provider has for this endpoint differs from the URL of Verifier::with_url (scheme, host, \
             port, path, final slash), or the body was changed after it was signed",
        ),
        (VerifyErrorKind::Mismatch, _) if error.secrets_are_base64() => Some(
            "usually the sender and this receiver have different secrets, or the body was changed \
             after it was signed. This verifier decodes the secret from base64: if the provider \
             uses the whole text of the secret as the key, make the secret with Secret::from_bytes",
        ),
        (VerifyErrorKind::Mismatch, _) => Some(
            "usually the sender and this receiver have different secrets (one is of another \
             endpoint or of the test mode, or has a line end or quotes that the other lacks), or the \
             body was changed after it was signed, or the sender signs a text that differs from the \
             body: compare body_sha256 with the SHA-256 of the bytes that the sender signed, and see \
             Verifier::forms",
        ),
        (VerifyErrorKind::StaleTimestamp, Some(1..)) => Some(
            "a retry of the same bytes cannot pass. If age_s grows with each attempt, the provider \
             repeats the signed time: set Verifier::tolerance longer than its retry schedule, \
             together with idempotency. If age_s stays the same, a clock is wrong or a queue is slow",
        ),
        (VerifyErrorKind::StaleTimestamp, Some(..IN_MILLISECONDS)) => Some(
            "the signed time is centuries in the future: the sender probably writes milliseconds \
             where the scheme has seconds",
        ),
        (VerifyErrorKind::StaleTimestamp, _) => Some(
            "the signed time is in the future: compare the clock of this machine with that of the \
             sender",
        ),
        _ => None,
    }
}

/// An age in seconds, negative because the time is in the future. A time that is more than 300
/// years in the future is probably in milliseconds, in a scheme that has seconds: a present time in
/// milliseconds, read as seconds, is about 55,000 years in the future. No clock is wrong by so
/// much.
const IN_MILLISECONDS: i64 = -300 * 365 * 24 * 3600;

/// Writes the SHA-256 of a body in hex.
struct Digest([u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
