//! The limit: the MAC alone.

use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::SECRET;

static KEYED: LazyLock<Hmac<Sha256>> = LazyLock::new(|| keyed(SECRET.as_bytes()));

/// HMAC-SHA256 with the key schedule kept.
#[must_use]
pub fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).unwrap()
}

/// Computes what a delivery's signature must be compared with, and compares nothing.
#[must_use]
pub fn tag(body: &[u8]) -> [u8; 32] {
    let mut mac = KEYED.clone();
    mac.update(body);
    mac.finalize().into_bytes().into()
}
