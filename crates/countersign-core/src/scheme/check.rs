//! Checks at compile time that the parts of a scheme fit together.

use super::{Algorithm, Layout, Part, Scheme, Timestamp, TimestampPlace, boundary};
use crate::signature::MAX_TAGS;

impl Scheme {
    /// Checks that the parts fit together. Callers use it in a constant, so that a failure stops
    /// the build.
    pub(crate) const fn checked(self) -> Self {
        assert!(!self.headers.is_empty(), "a scheme needs a signature header");
        check_names(self.headers);
        check_names(self.id_headers);
        if let Layout::List { separator, assign, key } = self.layout {
            assert!(!key.is_empty(), "a list's entries need a key");
            assert!(
                separator != assign,
                "the separator of a list must differ from its assignment sign"
            );
            assert!(
                !is_digit(separator),
                "the separator of a list must not be a character of a signature"
            );
        }
        self.check_groups();
        self.check_numbered();

        let (mut body, mut timestamp, mut id) = (0, false, false);
        let mut index = 0;
        while index < self.signed.len() {
            match self.signed[index] {
                Part::Body => body += 1,
                Part::Timestamp => timestamp = true,
                Part::Id => id = true,
                Part::Literal(_) | Part::Url => {}
            }
            index += 1;
        }
        assert!(body == 1, "a scheme signs the body, once");
        assert!(matches!(self.signed[index - 1], Part::Body), "the body is signed last");
        boundary::check(self.signed);
        let is_apart = match self.timestamp {
            Some(rule) => !matches!(rule.place, TimestampPlace::Member(_)),
            None => false,
        };
        assert!(timestamp == is_apart, "a timestamp must be both stated and signed");
        assert!(id != self.id_headers.is_empty(), "an id must be both stated and signed");
        check_alternatives(self.id_headers, self.headers);
        if let Some(Timestamp { place: TimestampPlace::Header(names), .. }) = self.timestamp {
            assert!(!names.is_empty(), "a timestamp needs a header");
            check_names(names);
            check_alternatives(names, self.headers);
        }
        if let Some(Timestamp { place: TimestampPlace::Entry(_), .. }) = self.timestamp {
            assert!(
                matches!(self.layout, Layout::List { .. }),
                "`Timestamp::entry` needs `Scheme::list`: without a list, use `Timestamp::header` \
                 or `Timestamp::member`"
            );
        }
        self
    }

    const fn check_groups(&self) {
        let Some(between) = self.groups else { return };
        let Layout::List { separator, assign, .. } = self.layout else {
            panic!("`Scheme::groups` needs `Scheme::list`");
        };
        assert!(between != separator && between != assign, "groups need a separator of their own");
        assert!(
            !is_digit(between),
            "the separator of groups must not be a character of a signature"
        );
        let is_timed =
            matches!(self.timestamp, Some(Timestamp { place: TimestampPlace::Entry(_), .. }));
        assert!(
            is_timed,
            "`Scheme::groups` needs `Timestamp::entry`: each group has its own timestamp"
        );
        let is_mac = matches!(self.algorithm, Algorithm::HmacSha256 | Algorithm::HmacSha1);
        assert!(is_mac, "`Scheme::groups` does not support Ed25519");
    }

    const fn check_numbered(&self) {
        if !self.is_numbered {
            return;
        }
        let count = self.headers.len();
        assert!(count >= 2 && count <= MAX_TAGS, "2 to 8 headers can be numbered");
        let is_list = matches!(self.layout, Layout::List { .. });
        assert!(!is_list, "a numbered header holds one signature");
        let companions = (self.id_headers.len(), self.timestamp_headers().len());
        assert!(
            companions.0 <= 1 && companions.1 <= 1,
            "numbered headers have one id header and one timestamp header"
        );
    }
}

/// Returns whether a signature can contain this character.
const fn is_digit(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=')
}

/// Returns whether `name` is a field name (RFC 9110, section 5.6.2: one or more `tchar`).
pub(crate) const fn is_field_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        let is_tchar = matches!(
            bytes[index],
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'
                | b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'
                | b'_' | b'`' | b'|' | b'~'
        );
        if !is_tchar {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty()
}

const fn check_names(names: &[&str]) {
    let mut index = 0;
    while index < names.len() {
        assert!(is_field_name(names[index]), "a header's name must be a token of RFC 9110");
        index += 1;
    }
}

const fn check_alternatives(names: &[&str], signatures: &[&str]) {
    assert!(
        names.len() <= 1 || names.len() == signatures.len(),
        "state one id or timestamp header for all signature headers, or one for each"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::TimestampUnit;

    fn is_refused(scheme: Scheme) -> bool {
        std::panic::catch_unwind(|| scheme.checked()).is_err()
    }

    #[test]
    fn rejects_what_cannot_be_a_scheme() {
        const HEX: Scheme = Scheme::hmac_sha256_hex(&["X-Signature"]);
        const SECONDS: TimestampUnit = TimestampUnit::Seconds;

        let timed = &[Part::Timestamp, Part::Literal("."), Part::Body];
        assert!(!is_refused(HEX));
        assert!(is_refused(Scheme::hmac_sha256_hex(&[])));
        assert!(is_refused(Scheme::hmac_sha256_hex(&["X Signature"])));
        assert!(is_refused(Scheme::hmac_sha256_hex(&["X-Signature", ""])));
        assert!(is_refused(HEX.signed(&[])));
        assert!(is_refused(HEX.signed(&[Part::Body, Part::Body])));
        assert!(is_refused(HEX.signed(&[Part::Body, Part::Literal(".")])));
        assert!(is_refused(HEX.signed(timed)));
        assert!(is_refused(HEX.timestamp(Timestamp::header(&["X-Time"], SECONDS))));
        assert!(is_refused(HEX.id(&["X-Id"])));
        assert!(is_refused(HEX.signed(&[Part::Id, Part::Literal("."), Part::Body])));

        let timed = HEX.signed(timed);
        assert!(!is_refused(timed.timestamp(Timestamp::header(&["X-Time"], SECONDS))));
        assert!(is_refused(timed.timestamp(Timestamp::header(&[], SECONDS))));
        assert!(is_refused(timed.timestamp(Timestamp::header(&["X-Time", "Y-Time"], SECONDS))));
        assert!(is_refused(timed.timestamp(Timestamp::entry("t", SECONDS))));
        assert!(!is_refused(HEX.list(',', '=', "v1")));
        assert!(is_refused(HEX.list(',', ',', "v1")));
        assert!(is_refused(HEX.list(',', '=', "")));
        for digit in ['a', 'Z', '0', '+', '/'] {
            assert!(is_refused(HEX.list(digit, ':', "v1")));
        }
        let listed = timed.list(',', '=', "v1");
        let in_list = listed.timestamp(Timestamp::entry("t", SECONDS));
        assert!(!is_refused(in_list));

        assert!(!is_refused(in_list.groups(' ')) && !is_refused(in_list.groups(';')));
        for separator in [',', '=', 'a', '0', '+', '/'] {
            assert!(is_refused(in_list.groups(separator)), "{separator}");
        }
        let beside = listed.timestamp(Timestamp::header(&["X-Time"], SECONDS));
        for scheme in [HEX, HEX.list(',', '=', "v1"), HEX.prefix("v1="), beside] {
            assert!(is_refused(scheme.groups(' ')));
        }

        const TWO: Scheme = Scheme::hmac_sha256_hex(&["X-1", "X-2"]);
        let nine = &["X-1", "X-2", "X-3", "X-4", "X-5", "X-6", "X-7", "X-8", "X-9"];
        assert!(!is_refused(TWO.numbered()) && !is_refused(TWO.prefix("v1=").numbered()));
        assert!(!is_refused(Scheme::hmac_sha256_hex(&nine[..8]).numbered()));
        assert!(is_refused(Scheme::hmac_sha256_hex(nine).numbered()));
        assert!(is_refused(HEX.numbered()));
        assert!(is_refused(TWO.list(',', '=', "v1").numbered()));
        let identified = TWO.signed(&[Part::Id, Part::Literal("."), Part::Body]);
        assert!(!is_refused(identified.id(&["X-Id"]).numbered()));
        assert!(is_refused(identified.id(&["X-Id-1", "X-Id-2"]).numbered()));
    }
}
