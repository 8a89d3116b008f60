//! The channel binding `tls-server-end-point` (RFC 5929, section 4): a login proves that both ends
//! see the same certificate.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// Returns the hash of a certificate, by the hash function of its signature. Returns `None` for
/// signatures for which the RFC defines no function, such as those of Ed25519.
pub(super) fn of(certificate: &[u8]) -> Option<Vec<u8>> {
    let (members, _) = element(certificate)?;
    let (_, signature) = element(members)?;
    let (algorithm, _) = element(signature)?;
    let (identifier, _) = element(algorithm)?;
    let kind = |prefix: &[u8]| identifier.strip_prefix(prefix).and_then(<[u8]>::first);
    match (kind(RSA), kind(ECDSA)) {
        // Instead of MD5 and SHA-1, SHA-256 is used.
        (Some(4 | 5 | 11), _) | (_, Some(2)) => Some(Sha256::digest(certificate).to_vec()),
        (Some(12), _) | (_, Some(3)) => Some(Sha384::digest(certificate).to_vec()),
        (Some(13), _) | (_, Some(4)) => Some(Sha512::digest(certificate).to_vec()),
        _ => None,
    }
}

/// Splits the first element of DER into its content and the bytes after it.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_tag, der) = der.split_first()?;
    let (first, der) = der.split_first()?;
    let (length, der) = match first {
        0..=0x7f => (usize::from(*first), der),
        0x81..=0x84 => {
            let (bytes, der) = der.split_at_checked(usize::from(first - 0x80))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), der)
        }
        _ => return None,
    };
    der.split_at_checked(length)
}

/// 1.2.840.113549.1.1: `md5WithRSAEncryption` and its like.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];

/// 1.2.840.10045.4.3: `ecdsa-with-SHA256` and its like.
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes the frame of a certificate with this algorithm.
    fn certificate(prefix: &[u8], kind: u8) -> Vec<u8> {
        let wrap = |content: &[u8]| [&[0x30, 0x81, content.len() as u8], content].concat();
        let identifier = [&[6, prefix.len() as u8 + 1], prefix, &[kind]].concat();
        wrap(&[wrap(&[2, 1, 0]), wrap(&identifier), vec![3, 1, 0]].concat())
    }

    #[test]
    fn hashes_with_the_function_of_the_signature() {
        let length = |prefix, kind| of(&certificate(prefix, kind)).map(|hash| hash.len());
        assert_eq!([5, 11, 12, 13].map(|kind| length(RSA, kind)), [32, 32, 48, 64].map(Some));
        assert_eq!([2, 3, 4].map(|kind| length(ECDSA, kind)), [32, 48, 64].map(Some));
        assert_eq!(length(&[0x2b, 0x65], 0x70), None);
    }

    #[test]
    fn reads_no_further_than_the_certificate() {
        let whole = certificate(RSA, 11);
        assert!((0..whole.len()).all(|end| of(&whole[..end]).is_none()));
        assert_eq!(of(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
