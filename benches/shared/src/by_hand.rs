//! The verification that is copied from blogs.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Verifies hex HMAC-SHA256 as it is usually written: keyed anew for each delivery, the signature
/// decoded into a vector.
#[must_use]
pub fn verify_by_hand(secret: &str, signature: Option<&str>, body: &[u8]) -> bool {
    let Some(signature) = signature else { return false };
    let Ok(signature) = hex::decode(signature) else { return false };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(body);
    mac.verify_slice(&signature).is_ok()
}
