//! The keys that can be made from the text of a secret.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use countersign_core::{
    __trial::{TrialKey, keys},
    Scheme, Secret,
    scheme::{Algorithm, SecretEncoding},
};
use zeroize::Zeroizing;

use crate::{Cause, Step, html};

/// A key that is tried, and the changes of the secret that lead to it.
pub(crate) struct Variant {
    pub(crate) key: TrialKey,
    /// The index of the secret.
    pub(crate) secret: usize,
    /// Empty for the key that the scheme makes.
    pub(crate) steps: Vec<Step>,
    /// True for the keys of senders without a secret, which everybody knows.
    pub(crate) is_unset: bool,
}

type Bytes = Zeroizing<Vec<u8>>;

/// Returns the keys of a secret for these algorithms. The keys that the scheme makes come first.
pub(crate) fn variants(
    text: &[u8],
    secret: usize,
    scheme: &Scheme,
    algorithms: &[Algorithm],
) -> Vec<Variant> {
    let mut found: Vec<(Bytes, Vec<Step>)> = Vec::new();
    let mut add = |bytes: Bytes, steps: Vec<Step>| {
        if found.iter().all(|(other, _)| **other != *bytes) {
            found.push((bytes, steps));
        }
    };
    let own = own(text, scheme);
    let has_own = !own.is_empty();
    for bytes in own {
        add(bytes, Vec::new());
    }
    let is_text = matches!(scheme.describe().secret, SecretEncoding::Text);
    if is_text {
        add(text.to_vec().into(), Vec::new());
    }
    let is_decoded = has_own && !is_text;
    let keys_of = |text: &Bytes| -> Vec<Bytes> {
        if is_text { vec![text.clone()] } else { self::own(text, scheme) }
    };
    let cleaned_once = cleaned(text);
    // One change, then two.
    for (clean, step) in &cleaned_once {
        for key in keys_of(clean) {
            add(key, vec![step.clone()]);
        }
    }
    for (key, step) in decoded(text, scheme, is_decoded) {
        add(key, vec![step]);
    }
    for (key, words) in UNSET {
        let words = format!("the secret {words}: the sender signs without a secret of its own");
        add(key.to_vec().into(), vec![Step::new(Cause::SecretKind, words).advice(SET_IT)]);
    }
    for (clean, first) in &cleaned_once {
        for (key, second) in decoded(clean, scheme, is_decoded) {
            add(key, vec![first.clone(), second]);
        }
        for (clean, second) in cleaned(clean) {
            for key in keys_of(&clean) {
                add(key, vec![first.clone(), second.clone()]);
            }
        }
    }
    // The most frequent changes first.
    found.sort_by_key(|(_, steps)| {
        let rank = |step: &Step| match step.cause {
            Cause::SecretSpace => 0,
            Cause::SecretEncoding => 1,
            _ => 2,
        };
        (steps.len(), steps.iter().map(rank).sum::<i32>())
    });
    found
        .iter()
        .flat_map(|(bytes, steps)| {
            algorithms.iter().filter_map(move |algorithm| {
                let key = TrialKey::new(*algorithm, bytes)?;
                let is_unset = UNSET.iter().any(|(unset, _)| *unset == &***bytes);
                Some(Variant { key, secret, steps: steps.clone(), is_unset })
            })
        })
        .collect()
}

/// Returns the keys that the scheme makes from the text.
fn own(text: &[u8], scheme: &Scheme) -> Vec<Bytes> {
    let Ok(text) = str::from_utf8(text) else { return Vec::new() };
    let keys = Secret::new(text).and_then(|secret| keys(&secret, scheme));
    keys.unwrap_or_default()
}

/// Returns the texts without, or with, white space, quotes and escapes.
fn cleaned(text: &[u8]) -> Vec<(Bytes, Step)> {
    let mut out: Vec<(Bytes, Step)> = Vec::new();
    let mut add = |bytes: Vec<u8>, cause: Cause, words: &str| {
        if bytes != text && !bytes.is_empty() {
            out.push((bytes.into(), Step::new(cause, words)));
        }
    };
    let space = Cause::SecretSpace;
    add(text.trim_ascii().to_vec(), space, "the secret without white space around it");
    if let Ok(text) = str::from_utf8(text) {
        let trimmed = text.trim_matches(|character: char| {
            character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}')
        });
        let words = "the secret without white space or a byte order mark around it";
        add(trimmed.into(), space, words);
    }
    let ends = [
        ("\n", "a line break (LF) at its end"),
        ("\r\n", "CR LF at its end"),
        ("\r", "CR at its end"),
    ];
    for (end, words) in ends.into_iter().chain([(" ", "a space at its end")]) {
        let words = format!("the secret with {words}");
        add([text, end.as_bytes()].concat(), space, &words);
    }
    add([b" ", text].concat(), space, "the secret with a space before it");
    let escaped = Cause::SecretEscaped;
    for quote in [b'"', b'\''] {
        if let [first, inner @ .., last] = text
            && (*first, *last) == (quote, quote)
        {
            add(inner.to_vec(), escaped, "the secret without the quotes around it");
        }
        let quoted = [&[quote], text, &[quote]].concat();
        let kind = if quote == b'"' { "double" } else { "single" };
        add(quoted, escaped, &format!("the secret with {kind} quotes around it"));
    }
    let Ok(text) = str::from_utf8(text) else { return out };
    if let Some(plain) = html::unescape(text) {
        add(plain.into(), escaped, "the secret without the escapes of HTML");
    }
    add(html::escape(text).into(), escaped, "the secret with the escapes of HTML");
    let json = |text: &str| serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
    if let Some(plain) = json(text) {
        add(plain.into(), escaped, "the secret without the escapes of JSON");
    }
    if let Ok(quoted) = serde_json::to_string(text) {
        let inner = &quoted[1..quoted.len() - 1];
        add(inner.into(), escaped, "the secret with the escapes of JSON");
    }
    let decoded = form_urlencoded::parse(
        format!("a={}", text.replace('+', "%2B").replace('&', "%26")).as_bytes(),
    )
    .next()
    .map(|(_, value)| value.into_owned());
    if let Some(plain) = decoded {
        add(plain.into(), escaped, "the secret without the escapes of a URL");
    }
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    add(encoded.into(), escaped, "the secret with the escapes of a URL");
    let spaced: String = text.replace('+', " ");
    add(spaced.into(), escaped, "the secret with spaces for its plus signs, as URLs are decoded");
    for (from, to) in [("\\n", ""), ("\\r", ""), ("$$", "$"), ("\\", ""), ("$", "$$")] {
        let words = match (from, to) {
            ("\\n" | "\\r", _) => {
                "the secret without the characters `\\n` or `\\r` of a line break"
            }
            ("$$", _) => "the secret with $ for $$",
            ("$", _) => "the secret with $$ for $",
            _ => "the secret without backslashes",
        };
        add(text.replace(from, to).into(), escaped, words);
    }
    if let Some((_, value)) = text.split_once('=')
        && !value.is_empty()
        && !value.starts_with('=')
    {
        let words = "the secret without the name of a variable before it";
        add(value.into(), escaped, words);
    }
    for (open, close) in
        [("`", "`"), ("“", "”"), ("‘", "’"), ("<", ">"), ("«", "»"), ("", ";"), ("", ",")]
    {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner {
            add(
                inner.into(),
                escaped,
                "the secret without the characters that were copied with it",
            );
        }
    }
    let escapes: String = text
        .chars()
        .flat_map(|character| {
            let is_plain = character.is_ascii_alphanumeric() || "_-./:@%+=,".contains(character);
            (!is_plain).then_some('\\').into_iter().chain([character])
        })
        .collect();
    add(escapes.into(), escaped, "the secret with the backslashes of a shell");
    out
}

/// Returns the keys for other encodings of the secret.
fn decoded(text: &[u8], scheme: &Scheme, is_base64: bool) -> Vec<(Bytes, Step)> {
    let mut out: Vec<(Bytes, Step)> = Vec::new();
    let mut add = |bytes: Vec<u8>, words: String| {
        out.push((bytes.into(), Step::new(Cause::SecretEncoding, words)));
    };
    if is_base64 || !matches!(scheme.describe().secret, SecretEncoding::Text) {
        add(text.to_vec(), "the whole text of the secret as the key, not decoded".to_owned());
    }
    let plain = str::from_utf8(text).unwrap_or_default();
    let plain = plain.strip_prefix("v1,").unwrap_or(plain);
    if plain.len() != text.len() && !plain.is_empty() {
        add(plain.into(), "the secret without `v1,`, as text".to_owned());
    }
    let known = PREFIXES.iter().find_map(|prefix| Some((*prefix, plain.strip_prefix(prefix)?)));
    if let Some((prefix, rest)) = known.filter(|(_, rest)| !rest.is_empty()) {
        add(rest.into(), format!("the secret without `{prefix}`, as text"));
        if let Some(bytes) = base64(rest) {
            add(bytes, format!("the secret without `{prefix}`, decoded from base64"));
        }
        if let Ok(bytes) = hex::decode(rest) {
            add(bytes, format!("the secret without `{prefix}`, decoded from hex"));
        }
    } else {
        for prefix in ["whsec_", "v1,whsec_"] {
            add(
                [prefix.as_bytes(), text].concat(),
                format!("the secret with `{prefix}` before it, as text"),
            );
        }
    }
    if let Some(bytes) = base64(plain) {
        add(bytes, "the secret, decoded from base64".to_owned());
    }
    if let Ok(bytes) = hex::decode(plain) {
        add(bytes, "the secret, decoded from hex".to_owned());
    }
    add(STANDARD.encode(text).into(), "the secret, encoded in base64".to_owned());
    add(hex::encode(text).into(), "the secret, encoded in hex".to_owned());
    if text.iter().any(u8::is_ascii_alphabetic) {
        add(text.to_ascii_lowercase(), "the secret in lower case".to_owned());
        add(text.to_ascii_uppercase(), "the secret in upper case".to_owned());
    }
    let wide: Vec<u8> = plain.encode_utf16().flat_map(u16::to_le_bytes).collect();
    add(wide, "the secret in UTF-16".to_owned());
    if !text.is_ascii() {
        let latin: Option<Vec<u8>> = str::from_utf8(text)
            .ok()
            .and_then(|text| text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect());
        if let Some(bytes) = latin {
            add(bytes, "the secret in Latin-1".to_owned());
        }
    }
    out
}

/// Decodes standard or URL-safe base64, with or without padding.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let alphabet =
        if text.contains(['-', '_']) { &alphabet::URL_SAFE } else { &alphabet::STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    GeneralPurpose::new(alphabet, config).decode(text).ok().filter(|bytes| !bytes.is_empty())
}

const SET_IT: &str = "Set the secret at the sender. Its signatures protect nothing now, because \
                      everybody can make them.";

/// The keys of senders and receivers whose secret is not set.
const UNSET: [(&[u8], &str); 6] = [
    (b"", "`` (an empty text)"),
    (b"undefined", "`undefined`"),
    (b"null", "`null`"),
    (b"None", "`None`"),
    (b"nil", "`nil`"),
    (b"false", "`false`"),
];

/// The prefixes of secrets that providers document.
const PREFIXES: [&str; 6] = ["whsec_", "whpk_", "whsk_", "pdl_ntfset_", "wsec_", "sk_"];

#[cfg(test)]
mod tests {
    use countersign_core::{
        __trial::Candidates,
        providers::{GitHub, StandardWebhooks},
    };

    use super::*;

    /// Returns the first change under which the two secrets make the same key.
    fn between<P: countersign_core::Provider>(
        given: &str,
        signed_with: &[u8],
    ) -> Option<Vec<Step>> {
        let algorithm = Algorithm::HmacSha256;
        let mut found = variants(given.as_bytes(), 0, &P::SCHEME, &[algorithm]);
        // The signature of an empty body, by the only key that is known to be right.
        let signed = tag(signed_with);
        let candidates = Candidates::new([&*signed]);
        let place = found.iter().position(|variant| variant.key.matches(b"", b"", &candidates))?;
        Some(found.swap_remove(place).steps)
    }

    fn tag(key: &[u8]) -> Vec<u8> {
        let secret = Secret::from_bytes(key).unwrap();
        let headers = countersign_core::Signer::<GitHub>::new(secret).unwrap().sign(b"").unwrap();
        let (_, value) = headers.into_iter().next().unwrap();
        hex::decode(value.strip_prefix("sha256=").unwrap()).unwrap()
    }

    #[test]
    fn finds_the_change_between_two_secrets() {
        for (given, signed_with, cause) in [
            ("secret\n", "secret", Cause::SecretSpace),
            ("secret", "secret\n", Cause::SecretSpace),
            ("\"secret\"", "secret", Cause::SecretEscaped),
            ("\"secret\"\n", "secret", Cause::SecretSpace),
            ("a&amp;b", "a&b", Cause::SecretEscaped),
            ("a%2Bb", "a+b", Cause::SecretEscaped),
            ("c2VjcmV0", "secret", Cause::SecretEncoding),
            ("whsec_c2VjcmV0", "secret", Cause::SecretEncoding),
            ("736563726574", "secret", Cause::SecretEncoding),
            ("NAME=secret", "secret", Cause::SecretEscaped),
        ] {
            let steps = between::<GitHub>(given, signed_with.as_bytes());
            let steps = steps.unwrap_or_else(|| panic!("{given:?}"));
            assert_eq!(steps.first().map(|step| step.cause), Some(cause), "{given:?}");
            assert!(steps.iter().all(|step| !step.change.contains("c2V")));
        }
        assert_eq!(between::<GitHub>("secret", b"secret"), Some(Vec::new()));
        let text = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        let steps = between::<StandardWebhooks>(text, text.as_bytes()).unwrap();
        assert_eq!(steps[0].cause, Cause::SecretEncoding);
        assert_eq!(between::<GitHub>("secret", b"other"), None);
    }
}
