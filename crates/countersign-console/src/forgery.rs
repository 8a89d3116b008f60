//! Protection against forms that other sites send in the name of an operator.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::{Operator, Request};

/// Makes and checks the tokens of forms. A token is for one operator, and for some hours.
#[derive(Clone)]
pub(crate) struct Tokens([u8; 32]);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

impl Tokens {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(Sha256::digest(key).into())
    }

    /// Makes the token of an operator.
    pub(crate) fn token(&self, operator: &Operator, now: SystemTime) -> String {
        let ends_at = seconds(now).saturating_add(LIFE.as_secs());
        let tag = self.mac(operator, ends_at).map(|mac| mac.finalize().into_bytes());
        format!("{ends_at}.{}", URL_SAFE_NO_PAD.encode(tag.unwrap_or_default()))
    }

    /// Checks a token, in constant time.
    pub(crate) fn is_valid(&self, token: &str, operator: &Operator, now: SystemTime) -> bool {
        let Some((ends_at, tag)) = token.split_once('.') else { return false };
        let (Ok(ends_at), Ok(tag)) = (ends_at.parse(), URL_SAFE_NO_PAD.decode(tag)) else {
            return false;
        };
        let is_genuine =
            self.mac(operator, ends_at).is_some_and(|mac| mac.verify_slice(&tag).is_ok());
        is_genuine && seconds(now) < ends_at
    }

    fn mac(&self, operator: &Operator, ends_at: u64) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(b"countersign console form\0");
        mac.update(&ends_at.to_be_bytes());
        mac.update(operator.name().as_bytes());
        Some(mac)
    }
}

/// Returns whether a page of the console sent a form, as far as the browser says so.
///
/// A request without `Sec-Fetch-Site` and without `Origin` is refused: every browser sends one of
/// them with a form.
pub(crate) fn is_same_origin(request: &Request) -> bool {
    let site = request.has("sec-fetch-site").then(|| request.value("sec-fetch-site"));
    let origin = request.has("origin").then(|| request.value("origin"));
    match (site, origin) {
        (None, None) => false,
        (Some(site), _) if site != Some("same-origin") => false,
        // A page without an origin, such as one in a sandbox.
        (_, Some(None | Some("null"))) => false,
        // The browser compared the origins. The host that a proxy sends may be another one.
        (Some(_), _) => true,
        (None, Some(Some(origin))) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let own = request.value("host");
            host.is_some() && host.zip(own).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A working day, and a little more.
const LIFE: Duration = Duration::from_secs(12 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_for_one_operator_and_ends() {
        let (tokens, now) = (Tokens::new(&[7; 32]), SystemTime::now());
        let (zoe, max) = (Operator::new("zoe"), Operator::new("max"));
        let token = tokens.token(&zoe, now);
        assert!(tokens.is_valid(&token, &zoe, now));
        assert!(!tokens.is_valid(&token, &max, now));
        assert!(!tokens.is_valid(&token, &zoe, now + LIFE));
        assert!(!Tokens::new(&[8; 32]).is_valid(&token, &zoe, now));
        for wrong in ["", ".", "1.x", &token[..token.len() - 1], "99999999999999999999.AAAA"] {
            assert!(!tokens.is_valid(wrong, &zoe, now), "{wrong}");
        }
    }

    #[test]
    fn refuses_forms_of_other_sites() {
        let post = || Request::post("/", "").header("Host", "ops.example");
        let site = |site: &str| post().header("Sec-Fetch-Site", site);
        assert!(is_same_origin(&site("same-origin")));
        assert!(is_same_origin(&site("same-origin").header("Origin", "https://ops.example")));
        assert!(is_same_origin(&post().header("Origin", "https://ops.example")));
        for refused in [
            post(),
            site("cross-site"),
            site("same-site"),
            site("none"),
            site("same-origin").header("Sec-Fetch-Site", "same-origin"),
            site("same-origin").header("Origin", "null"),
            post().header("Origin", "https://evil.example"),
            post().header("Origin", "ops.example"),
            post().header("Origin", "null"),
            post().header("Origin", "https://ops.example").header("Origin", "https://a.example"),
        ] {
            assert!(!is_same_origin(&refused), "{refused:?}");
        }
    }
}
