//! Descriptions, in words, of the text that a scheme expects in its headers.

use crate::{
    Scheme,
    error::VerifyErrorKind,
    scheme::{Encoding, Layout, Part, TimestampPlace, TimestampUnit},
};

impl Scheme {
    /// Returns the expected form of the part that was rejected (the signature, the time or the id),
    /// for log lines: `64 hex digits`. Returns `None` if the delivery was rejected for another
    /// reason.
    #[doc(hidden)]
    #[must_use]
    pub fn __expected(&self, kind: VerifyErrorKind) -> Option<String> {
        match kind {
            VerifyErrorKind::MissingSignature
            | VerifyErrorKind::RepeatedSignature
            | VerifyErrorKind::MalformedSignature => Some(self.signature_in_words()),
            VerifyErrorKind::MalformedTimestamp => self.timestamp_in_words(),
            VerifyErrorKind::MalformedId => Some(self.id_in_words()),
            VerifyErrorKind::AmbiguousSignature
            | VerifyErrorKind::StaleTimestamp
            | VerifyErrorKind::Mismatch
            | VerifyErrorKind::BodyTooLarge
            | VerifyErrorKind::UnknownTenant
            | VerifyErrorKind::SecretsNotLookedUp => None,
        }
    }

    fn signature_in_words(&self) -> String {
        let length = self.algorithm.tag_length();
        let text = match self.encoding {
            Encoding::Hex => format!("{} hex digits", 2 * length),
            Encoding::Base64 => format!("{} characters of base64", length.div_ceil(3) * 4),
        };
        match self.layout {
            Layout::Plain => text,
            Layout::Prefixed(prefix) => format!("{prefix} and {text}"),
            Layout::List { assign, key, .. } => format!("a list with {key}{assign} and {text}"),
        }
    }

    fn timestamp_in_words(&self) -> Option<String> {
        let rule = self.timestamp?;
        let unit = match rule.unit {
            TimestampUnit::Seconds => "seconds",
            TimestampUnit::Milliseconds => "milliseconds",
        };
        Some(match (rule.place, self.layout) {
            (TimestampPlace::Entry(key), Layout::List { assign, .. }) => {
                format!("one {key}{assign} and {unit} since 1970, in digits")
            }
            (TimestampPlace::Member(names), _) => {
                format!("a member {} of the body: {unit} since 1970, in digits", names.join("|"))
            }
            (TimestampPlace::Header(_) | TimestampPlace::Entry(_), _) => {
                format!("exactly one timestamp header: {unit} since 1970, in digits")
            }
        })
    }

    fn id_in_words(&self) -> String {
        let position = self.signed.iter().position(|part| matches!(part, Part::Id));
        let next = position.and_then(|position| self.signed.get(position + 1));
        match next {
            Some(Part::Literal(text)) => {
                let first: String = text.chars().take(1).collect();
                format!("exactly one id header, with an id without {first:?}")
            }
            _ => "exactly one id header".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Provider, providers::*};

    fn words<P: Provider>(kind: VerifyErrorKind) -> Option<String> {
        P::SCHEME.__expected(kind)
    }

    #[test]
    fn puts_each_layout_and_encoding_into_words() {
        let kind = VerifyErrorKind::MalformedSignature;
        assert_eq!(words::<XWebhookSignature>(kind).unwrap(), "64 hex digits");
        assert_eq!(words::<GitHub>(kind).unwrap(), "sha256= and 64 hex digits");
        assert_eq!(words::<Vercel>(kind).unwrap(), "40 hex digits");
        assert_eq!(words::<Shopify>(kind).unwrap(), "44 characters of base64");
        assert_eq!(words::<Stripe>(kind).unwrap(), "a list with v1= and 64 hex digits");
        assert_eq!(
            words::<StandardWebhooks>(kind).unwrap(),
            "a list with v1, and 44 characters of base64"
        );
    }

    #[test]
    fn puts_times_and_ids_into_words() {
        let kind = VerifyErrorKind::MalformedTimestamp;
        assert_eq!(words::<Stripe>(kind).unwrap(), "one t= and seconds since 1970, in digits");
        assert_eq!(
            words::<Slack>(kind).unwrap(),
            "exactly one timestamp header: seconds since 1970, in digits"
        );
        assert_eq!(
            words::<Linear>(kind).unwrap(),
            "a member webhookTimestamp of the body: milliseconds since 1970, in digits"
        );
        assert_eq!(words::<GitHub>(kind), None);
        let id = words::<StandardWebhooks>(VerifyErrorKind::MalformedId);
        assert_eq!(id.unwrap(), "exactly one id header, with an id without \".\"");
        assert_eq!(words::<GitHub>(VerifyErrorKind::Mismatch), None);
    }
}
