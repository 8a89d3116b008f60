//! Random bytes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Returns random bytes, or `None` if the operating system gives none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// Returns a text that nobody can guess, or `None` if the operating system gives no random bytes.
pub(crate) fn nonce() -> Option<String> {
    random::<16>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}
