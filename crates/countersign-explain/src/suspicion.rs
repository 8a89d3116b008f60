//! The causes that are likely although nothing matches.

use countersign_core::{providers::AnyProvider, scheme::SecretEncoding};
use zeroize::Zeroizing;

use crate::{Cause, Step, candidate::Candidate};

/// The parts of a delivery that give hints.
pub(crate) struct Hints<'a> {
    pub(crate) provider: Option<&'a AnyProvider>,
    pub(crate) own_headers: &'a [String],
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
    pub(crate) secrets: &'a [Zeroizing<Vec<u8>>],
    pub(crate) candidates: &'a [Candidate],
}

impl Hints<'_> {
    /// Returns the likely causes, the most likely one first.
    pub(crate) fn suspicions(&self) -> Vec<Step> {
        let mut found = Vec::new();
        self.signature(&mut found);
        self.length(&mut found);
        self.secret(&mut found);
        self.content(&mut found);
        if found.is_empty() && self.provider.is_some_and(AnyProvider::signs_url) {
            let words = "this provider signs the URL: it must be exactly the one that is entered at \
                         the provider";
            found.push(Step::new(Cause::Url, words));
        }
        found
    }

    fn value_of(&self, name: &str) -> Option<&str> {
        let mut fields = self.headers.iter();
        fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn signature(&self, found: &mut Vec<Step>) {
        let own: Vec<_> =
            self.own_headers.iter().filter(|name| self.value_of(name).is_some()).collect();
        if own.is_empty() {
            let wanted = self.own_headers.join("` or `");
            let others: Vec<_> = AnyProvider::all()
                .iter()
                .filter(|provider| {
                    let names = provider.scheme().describe().headers;
                    names.iter().any(|name| self.value_of(name).is_some())
                })
                .map(AnyProvider::name)
                .collect();
            let words = match (self.own_headers, &*others) {
                ([], []) => "no header of the delivery is the signature header of a known provider"
                    .to_owned(),
                (_, []) => format!("the delivery has no header `{wanted}`"),
                ([], _) => return,
                (_, others) => format!(
                    "the delivery has no header `{wanted}`, but a signature header of {}",
                    others.join(", ")
                ),
            };
            let cause = if others.is_empty() { Cause::SignatureMissing } else { Cause::Scheme };
            found.push(Step::new(cause, words));
        } else if own.iter().any(|name| {
            self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count() > 1
        }) {
            let words = "the signature header occurs more than once";
            found.push(Step::new(Cause::Scheme, words));
        } else if own.iter().all(|name| self.value_of(name) == Some("")) {
            found.push(Step::new(Cause::SignatureMissing, "the signature header is empty"));
        } else if self.candidates.is_empty() {
            let words = "the signature header holds no text that can be a signature";
            found.push(Step::new(Cause::SignatureEncoding, words));
        } else if self.candidates.iter().all(|one| !one.is_expected && one.bytes.len() == 64) {
            let words = "the signature has 64 bytes, as HMAC-SHA512 and Ed25519 make it";
            found.push(Step::new(Cause::Scheme, words));
        }
    }

    fn length(&self, found: &mut Vec<Step>) {
        let length = self.body.len();
        let declared = self.value_of("Content-Length").and_then(|text| text.parse::<usize>().ok());
        let coding = self.value_of("Content-Encoding").filter(|coding| *coding != "identity");
        if length == 0 && declared != Some(0) {
            let words = "the body is empty: it was probably read before the verification";
            found.push(Step::new(Cause::BodyEmpty, words));
        }
        if let Some(coding) = coding.filter(|_| length > 0) {
            let name = CODINGS.iter().find(|known| known.eq_ignore_ascii_case(coding));
            let name = name.unwrap_or(&"another coding");
            // The text of JSON or of a form.
            let is_text = self.body.first().is_some_and(|byte| byte.is_ascii_graphic())
                && str::from_utf8(self.body).is_ok();
            let words = match is_text {
                true => format!("the sender compressed the body ({name}), and it was inflated"),
                false => format!("the body is compressed ({name}), and its text may be signed"),
            };
            found.push(Step::new(Cause::BodyCompressed, words));
            return;
        }
        if let Some(declared) = declared.filter(|declared| *declared != length && length > 0) {
            let words = format!("the sender stated {declared} bytes, and the body has {length}");
            let cause = if self.is_json() { Cause::BodyReserialized } else { Cause::BodyCut };
            found.push(Step::new(cause, words));
        }
    }

    fn is_json(&self) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(self.body).is_ok()
    }

    fn secret(&self, found: &mut Vec<Step>) {
        let Some(text) = self.secrets.first().and_then(|secret| str::from_utf8(secret).ok()) else {
            return;
        };
        let text = text.trim();
        if text.is_empty() {
            found.push(Step::new(Cause::SecretKind, "the secret is empty"));
            return;
        }
        if let Some((prefix, kind)) = KINDS.iter().find(|(prefix, _)| text.starts_with(prefix)) {
            let words = format!("the secret begins with `{prefix}`, which is {kind}");
            found.push(Step::new(Cause::SecretKind, words));
        }
        if let Some(provider) = self.provider
            && let SecretEncoding::Base64 { prefix, .. } = provider.scheme().describe().secret
        {
            // Several secrets can be joined by `|`.
            let is_base64 = |text: &str| {
                let bare = text.strip_prefix("v1,").unwrap_or(text);
                let bare = bare.strip_prefix(prefix).unwrap_or(bare);
                crate::secret::base64(bare).is_some()
            };
            if !text.split('|').all(is_base64) {
                let words = format!("the secret is not base64 (with or without `{prefix}`)");
                found.push(Step::new(Cause::SecretEncoding, words));
            }
        } else if self.provider.is_some_and(|provider| provider.name() == "stripe")
            && !text.starts_with("whsec_")
        {
            let words = "the signing secrets of Stripe begin with `whsec_`";
            found.push(Step::new(Cause::SecretKind, words));
        }
    }

    fn content(&self, found: &mut Vec<Step>) {
        let body = self.body;
        let text = String::from_utf8_lossy(body);
        if body.windows(3).any(|bytes| bytes == "\u{fffd}".as_bytes()) {
            let words = "the body has the character U+FFFD: bytes were lost when it was decoded";
            found.push(Step::new(Cause::BodyTextEncoding, words));
        }
        if text.contains("[object Object]") {
            let words = "the body holds `[object Object]`: JavaScript wrote an object as text";
            found.push(Step::new(Cause::BodyReserialized, words));
        }
        let kind = self.value_of("Content-Type").unwrap_or_default().to_ascii_lowercase();
        let is_json = self.is_json() && text.trim_start().starts_with(['{', '[']);
        if kind.contains("x-www-form-urlencoded") && is_json {
            let words = "the delivery was sent as a form, and the body is JSON";
            found.push(Step::new(Cause::BodyForm, words));
        } else if kind.contains("json") && !is_json && text.contains('=') && !text.contains('{') {
            let words = "the delivery was sent as JSON, and the body is a form";
            found.push(Step::new(Cause::BodyForm, words));
        }
        if is_json && !body.is_empty() && is_sorted(body) {
            let words = "all keys of the body are in alphabetical order: programs that parse a \
                         body and write it again often sort them";
            found.push(Step::new(Cause::BodyReserialized, words));
        }
    }
}

/// Returns whether all objects have their keys in order, and there are enough keys that this is no
/// coincidence.
fn is_sorted(body: &[u8]) -> bool {
    let Some(document) = str::from_utf8(body).ok().and_then(crate::body::keys) else {
        return false;
    };
    let pairs = document.iter().flat_map(|keys| keys.windows(2));
    let (count, ordered) = pairs.fold((0, 0), |(count, ordered), pair| {
        (count + 1, ordered + usize::from(pair[0] <= pair[1]))
    });
    count >= LEAST_PAIRS && count == ordered
}

/// The codings that are named; others are the sender's text.
const CODINGS: [&str; 5] = ["gzip", "deflate", "br", "zstd", "x-gzip"];

/// The kinds of keys that are not signing secrets, by the prefixes that providers document.
const KINDS: [(&str, &str); 17] = [
    ("lin_api_", "an API key of Linear"),
    ("EAAA", "an access token of Square"),
    ("Bearer ", "the value of a header `Authorization`"),
    ("sk_live_", "a secret API key"),
    ("sk_test_", "a secret API key for tests"),
    ("pk_live_", "a public API key"),
    ("pk_test_", "a public API key for tests"),
    ("rk_live_", "a restricted API key"),
    ("rk_test_", "a restricted API key for tests"),
    ("ghp_", "an access token of GitHub"),
    ("github_pat_", "an access token of GitHub"),
    ("xoxb-", "a bot token of Slack"),
    ("xapp-", "an app token of Slack"),
    ("shpat_", "an access token of Shopify"),
    ("re_", "an API key of Resend"),
    ("sk-", "an API key"),
    ("SG.", "an API key of SendGrid"),
];

/// The least number of neighbouring keys for a suspicion.
const LEAST_PAIRS: usize = 4;
