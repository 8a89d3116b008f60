//! Decodes the text of signature headers into tags. The decoder is strict, and does not guess.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    Scheme,
    scheme::{Encoding, Layout, Timestamp, TimestampPlace},
};

/// A decoded signature: as many bytes as the algorithm makes, then zeros. A text of another length
/// is rejected, and never truncated.
#[derive(Clone, Copy)]
pub(crate) struct Tag(pub(crate) [u8; TAG_ROOM]);

impl Tag {
    /// Returns the bytes of the signature, without the zeros.
    pub(crate) fn bytes(&self, scheme: &Scheme) -> &[u8] {
        &self.0[..scheme.algorithm.tag_length()]
    }
}

/// Length of the longest signature, in bytes: 64 for Ed25519, 32 for HMAC-SHA256.
pub(crate) const TAG_ROOM: usize = if cfg!(feature = "ed25519") { 64 } else { 32 };

/// The tags of one delivery, any of which may match. A single tag, the usual case, costs no
/// allocation.
pub(crate) struct Tags {
    pub(crate) first: Tag,
    // A slice, because each word of a verification in progress is moved with it.
    pub(crate) others: Box<[Tag]>,
}

impl Tags {
    /// Reads the tags from the value of a header. Returns `None` if the value does not have the
    /// scheme's form.
    // Inlined into callers with a constant scheme, so that features that this scheme does not use
    // cost nothing.
    #[inline]
    pub(crate) fn read(scheme: &Scheme, value: &[u8]) -> Option<Self> {
        let one = |text| Some(Self { first: decode(scheme, text)?, others: Box::default() });
        match scheme.layout {
            Layout::Plain => one(value),
            Layout::Prefixed(prefix) => one(value.strip_prefix(prefix.as_bytes())?),
            Layout::List { separator, assign, key } => {
                // A list with one entry, the usual case, is decoded without a split. This is safe,
                // because `Scheme::checked` asserts that an encoded tag never contains the
                // separator.
                let alone = entry(value, assign, key).and_then(|text| decode(scheme, text));
                if let Some(first) = alone {
                    return Some(Self { first, others: Box::default() });
                }
                Self::of_entries(scheme, entries(value, separator, assign, key))
            }
        }
    }

    /// Reads the tags of numbered headers. The value of each header is an entry.
    pub(crate) fn of_headers(scheme: &Scheme, values: &[&[u8]]) -> Option<Self> {
        let entries = values.iter().map(|value| match scheme.layout {
            Layout::Prefixed(prefix) => value.strip_prefix(prefix.as_bytes()).unwrap_or_default(),
            Layout::Plain | Layout::List { .. } => value,
        });
        Self::of_entries(scheme, entries)
    }

    /// Decodes the entries. A malformed entry matches nothing, but counts toward `MAX_TAGS`.
    /// Returns `None` if no entry is well formed, or if there are more than `MAX_TAGS` entries.
    fn of_entries<'a>(
        scheme: &Scheme,
        mut entries: impl Iterator<Item = &'a [u8]>,
    ) -> Option<Self> {
        let mut tags = entries.by_ref().take(MAX_TAGS).filter_map(|entry| decode(scheme, entry));
        let first = tags.next()?;
        let others = tags.collect();
        entries.next().is_none().then_some(Self { first, others })
    }
}

#[inline]
fn decode(scheme: &Scheme, text: &[u8]) -> Option<Tag> {
    let length = scheme.algorithm.tag_length();
    let mut tag = [0; TAG_ROOM];
    match scheme.encoding {
        Encoding::Hex if text.len() != 2 * length => return None,
        Encoding::Hex => hex::decode_to_slice(text, &mut tag[..length]).ok()?,
        Encoding::Base64 => {
            // The decoder also needs room for the bytes that the padding stands for, at most two.
            let mut room = [0; TAG_ROOM + 2];
            if text.len() != length.div_ceil(3) * 4
                || STANDARD.decode_slice(text, &mut room) != Ok(length)
            {
                return None;
            }
            tag[..length].copy_from_slice(&room[..length]);
        }
    }
    Some(Tag(tag))
}

/// Writes a tag in the encoding of the scheme's header.
pub(crate) fn write(scheme: &Scheme, tag: &Tag, timestamp: Option<&str>) -> String {
    let bytes = tag.bytes(scheme);
    let text = match scheme.encoding {
        Encoding::Hex => hex::encode(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
    };
    match scheme.layout {
        Layout::Plain => text,
        Layout::Prefixed(prefix) => format!("{prefix}{text}"),
        Layout::List { separator, assign, key } => {
            let signature = format!("{key}{assign}{text}");
            match (scheme.timestamp, timestamp) {
                (Some(Timestamp { place: TimestampPlace::Entry(time), .. }), Some(timestamp)) => {
                    format!("{time}{assign}{timestamp}{separator}{signature}")
                }
                _ => signature,
            }
        }
    }
}

/// Returns the values of the entries with this key in a list.
pub(crate) fn entries<'a>(
    value: &'a [u8],
    separator: char,
    assign: char,
    key: &'static str,
) -> impl Iterator<Item = &'a [u8]> {
    let texts = value.split(move |byte| char::from(*byte) == separator);
    texts.filter_map(move |text| entry(text, assign, key))
}

/// Returns the value of an entry, if it has this key.
#[inline]
fn entry<'a>(text: &'a [u8], assign: char, key: &str) -> Option<&'a [u8]> {
    let value = text.trim_ascii_start().strip_prefix(key.as_bytes())?;
    Some(value.strip_prefix(&[assign as u8])?.trim_ascii_end())
}

/// The shape of a signature header's text. It is enough to find a wrong setting, and does not help
/// a forger who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureShape {
    /// No text.
    Empty,
    /// Only hex digits.
    Hex,
    /// Only characters of base64, not all of them hex digits.
    Base64,
    /// A key and a value, such as `sha256=…` or `v1,…`.
    Keyed,
    /// Other ASCII text.
    OtherAscii,
    /// Bytes that are not ASCII.
    NotAscii,
}

impl SignatureShape {
    /// Returns the shape of the signatures that a scheme accepts.
    pub(crate) fn wanted(scheme: &Scheme) -> Self {
        match (scheme.layout, scheme.encoding) {
            (Layout::Plain, Encoding::Hex) => Self::Hex,
            (Layout::Plain, Encoding::Base64) => Self::Base64,
            (Layout::Prefixed(_) | Layout::List { .. }, _) => Self::Keyed,
        }
    }

    /// Returns the shape of a header's value.
    pub(crate) fn of(value: &[u8]) -> Self {
        let Some(text) = str::from_utf8(value).ok().filter(|text| text.is_ascii()) else {
            return Self::NotAscii;
        };
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
        if text.is_empty() {
            Self::Empty
        } else if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Self::Hex
        } else if text.trim_end_matches('=').bytes().all(is_base64) {
            Self::Base64
        } else if text.contains(['=', ',', ':']) {
            Self::Keyed
        } else {
            Self::OtherAscii
        }
    }
}

/// Greatest number of entries of one list, including malformed ones. Rotation needs two, perhaps
/// three. With a MAC, each entry costs only a comparison. With Ed25519, each entry that is tried
/// hashes the whole text again, so `ed25519::MAX_PAIRS` limits how many are tried.
pub(crate) const MAX_TAGS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: Scheme = Scheme::hmac_sha256_hex(&["X-Signature"]);
    const BASE64: Scheme = Scheme::hmac_sha256_base64(&["X-Signature"]);
    const TAG: &str = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn count(scheme: Scheme, value: &str) -> Option<usize> {
        Tags::read(&scheme, value.as_bytes()).map(|tags| 1 + tags.others.len())
    }

    #[test]
    fn reads_exactly_64_hex_digits_in_either_case() {
        assert_eq!(count(HEX, TAG), Some(1));
        assert_eq!(count(HEX, &TAG.to_uppercase()), Some(1));
        for wrong in ["", "0", &TAG[..62], &TAG[..63], &format!("{TAG}00"), &format!(" {TAG}")] {
            assert_eq!(count(HEX, wrong), None, "{wrong}");
        }
        assert_eq!(count(HEX, &TAG.replace('7', "g")), None);
        assert_eq!(count(HEX, &TAG.replace("75", "é")), None);
        assert_eq!(count(HEX, &format!("sha256={TAG}")), None);
    }

    #[test]
    fn wants_no_0x_in_front_of_the_digits() {
        let (list, sha1) = (HEX.list(',', '=', "v1"), Scheme::hmac_sha1_hex(&["X-Signature"]));
        for mark in ["0x", "0X"] {
            for digits in [TAG, &TAG[..62]] {
                assert_eq!(count(HEX, &format!("{mark}{digits}")), None, "{mark}{digits}");
                let listed = format!("v1={mark}{digits}");
                assert_eq!(count(list, &listed), None, "{listed}");
            }
            let prefixed = format!("sha256={mark}{TAG}");
            assert_eq!(count(HEX.prefix("sha256="), &prefixed), None, "{prefixed}");
            assert_eq!(count(sha1, &format!("{mark}{}", &TAG[..40])), None, "{mark}");
        }
    }

    #[test]
    fn wants_the_prefix_once_and_as_it_is() {
        let scheme = HEX.prefix("sha256=");
        assert_eq!(count(scheme, &format!("sha256={TAG}")), Some(1));
        for wrong in [TAG, &format!("SHA256={TAG}"), &format!("sha256=sha256={TAG}"), "sha256="] {
            assert_eq!(count(scheme, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reads_only_padded_standard_base64() {
        let tag = "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        assert_eq!(count(BASE64, tag), Some(1));
        let url_safe = tag.replace('/', "_").replace('+', "-");
        for wrong in ["", &tag[..43], &url_safe, &tag.replace("kw=", "kx="), &format!("{tag}=")] {
            assert_eq!(count(BASE64, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn takes_1_to_8_entries_of_the_wanted_key_and_ignores_the_others() {
        let scheme = HEX.list(',', '=', "v1");
        let entries = |count: usize| vec![format!("v1={TAG}"); count].join(",");
        assert_eq!(count(scheme, &format!("t=1,v0={TAG},{}", entries(2))), Some(2));
        assert_eq!(count(scheme, &entries(8)), Some(8));
        assert_eq!(count(scheme, &entries(9)), None);
        assert_eq!(count(scheme, &format!("t=1,v0={TAG},v1a={TAG}")), None);
    }

    #[test]
    fn passes_over_malformed_entries_beside_a_good_one_and_counts_them() {
        let scheme = HEX.list(',', '=', "v1");
        let malformed =
            ["", "00", "bad_signature", &TAG[1..], &format!("0x{TAG}"), "é", "v1", "\u{1}"];
        for bad in malformed {
            assert_eq!(count(scheme, &format!("v1={TAG},v1={bad}")), Some(1), "{bad}");
            assert_eq!(count(scheme, &format!("t=1,v1={bad},v1={TAG}")), Some(1), "{bad}");
            assert_eq!(count(scheme, &format!("v1={TAG},v1={bad},v1={TAG}")), Some(2), "{bad}");
            assert_eq!(count(scheme, &format!("v1={bad}")), None, "{bad}");
            assert_eq!(count(scheme, &format!("v1={bad},v1={bad}")), None, "{bad}");
        }
        for place in 0..9 {
            let mut entries = vec!["v1=bad"; 9];
            let good = format!("v1={TAG}");
            entries[place] = &good;
            assert_eq!(count(scheme, &entries.join(",")), None, "{place}");
            entries.remove((place + 1) % 9);
            assert_eq!(count(scheme, &entries.join(",")), Some(1), "{place}");
        }
    }

    #[test]
    fn reads_a_single_entry_like_one_of_several() {
        let scheme = BASE64.list(' ', ',', "v1");
        let tag = "tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
        for right in ["v1,TAG", " v1,TAG ", "v1,TAG\t", "\tv1,TAG", "v1,TAG v2,x", "v2,x v1,TAG"] {
            assert_eq!(count(scheme, &right.replace("TAG", tag)), Some(1), "{right}");
        }
        let halves = format!("v1,{} {}", &tag[..21], &tag[22..]);
        for wrong in
            [&halves, "v1,", "v1", "v1, TAG", "v1,TAG,", "v1TAG", "V1,TAG", "v1 ,TAG", "v1,TA G"]
        {
            assert_eq!(count(scheme, &wrong.replace("TAG", tag)), None, "{wrong}");
        }
    }

    #[test]
    fn reports_the_shape_of_a_header() {
        for (value, form) in [
            ("", SignatureShape::Empty),
            (TAG, SignatureShape::Hex),
            ("tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=", SignatureShape::Base64),
            ("sha256=00", SignatureShape::Keyed),
            ("t=1,v1=00", SignatureShape::Keyed),
            ("Bearer x", SignatureShape::OtherAscii),
            ("é", SignatureShape::NotAscii),
        ] {
            assert_eq!(SignatureShape::of(value.as_bytes()), form, "{value}");
        }
    }
}
