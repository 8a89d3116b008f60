//! Causes of a mismatch.

use std::fmt;

/// A cause for which a delivery does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Cause {
    /// The body was parsed and written again, or the provider signs another spelling of its data.
    BodyReserialized,
    /// The body is a URL-encoded form, and JSON was signed, or the other way around.
    BodyForm,
    /// Only a part of the body was signed, or the body is wrapped in another text.
    BodyPart,
    /// The text of the body has another encoding than the text that was signed.
    BodyTextEncoding,
    /// White space or line breaks of the body differ.
    BodySpace,
    /// The body is base64, or was decoded from base64.
    BodyBase64,
    /// The body is empty.
    BodyEmpty,
    /// The body is compressed, or was inflated.
    BodyCompressed,
    /// The body is shorter or longer than the sender stated.
    BodyCut,
    /// Another secret than the first one was used.
    AnotherSecret,
    /// White space or line breaks around the secret differ.
    SecretSpace,
    /// The secret is decoded although it is text, or the other way around; or its prefix differs.
    SecretEncoding,
    /// The secret has the escapes or quotes of a template, a shell or a configuration file.
    SecretEscaped,
    /// The secret is a key of another kind, such as an API key.
    SecretKind,
    /// Another URL was signed.
    Url,
    /// The header, the algorithm or the signed text is that of another scheme.
    Scheme,
    /// The signature is encoded in another way than the scheme states.
    SignatureEncoding,
    /// There is no signature.
    SignatureMissing,
    /// The signed time is too old.
    TimeStale,
    /// The signed time is in the future.
    TimeEarly,
    /// The time has another unit: milliseconds for seconds, or seconds for milliseconds.
    TimeUnit,
    /// The time or the id is not part of the text that was signed.
    TimeUnsigned,
}

impl Cause {
    /// Returns the name of the cause, such as `body-reserialized`. Names do not change.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BodyReserialized => "body-reserialized",
            Self::BodyForm => "body-form",
            Self::BodyPart => "body-part",
            Self::BodyTextEncoding => "body-text-encoding",
            Self::BodySpace => "body-space",
            Self::BodyBase64 => "body-base64",
            Self::BodyEmpty => "body-empty",
            Self::BodyCompressed => "body-compressed",
            Self::BodyCut => "body-cut",
            Self::AnotherSecret => "another-secret",
            Self::SecretSpace => "secret-space",
            Self::SecretEncoding => "secret-encoding",
            Self::SecretEscaped => "secret-escaped",
            Self::SecretKind => "secret-kind",
            Self::Url => "url",
            Self::Scheme => "scheme",
            Self::SignatureEncoding => "signature-encoding",
            Self::SignatureMissing => "signature-missing",
            Self::TimeStale => "time-stale",
            Self::TimeEarly => "time-early",
            Self::TimeUnit => "time-unit",
            Self::TimeUnsigned => "time-unsigned",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
