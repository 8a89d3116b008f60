//! The content coding of a body (RFC 9110, section 8.4.1).

use crate::HeaderSource;

/// A content coding that can be inflated. Without the feature `inflate`, the enum has no variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    #[cfg(feature = "inflate")]
    Gzip,
    /// The coding `deflate`, whose format is zlib.
    #[cfg(feature = "inflate")]
    Deflate,
}

impl Coding {
    /// Returns the coding, if the request has exactly one field `Content-Encoding`, with one known
    /// coding.
    #[cfg(feature = "inflate")]
    pub(crate) fn of<H: HeaderSource + ?Sized>(headers: &H) -> Option<Self> {
        let mut fields = headers.values("content-encoding");
        let (Some(coding), None) = (fields.next(), fields.next()) else { return None };
        let is = |name: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(name);
        if is(b"gzip") { Some(Self::Gzip) } else { is(b"deflate").then_some(Self::Deflate) }
    }

    #[cfg(not(feature = "inflate"))]
    pub(crate) fn of<H: HeaderSource + ?Sized>(_: &H) -> Option<Self> {
        None
    }
}

#[cfg(all(test, feature = "inflate"))]
mod tests {
    use super::*;

    #[test]
    fn knows_exactly_one_coding() {
        let coding = |codings: &[&str]| {
            let fields: Vec<_> =
                codings.iter().map(|coding| ("Content-Encoding", *coding)).collect();
            Coding::of(&fields)
        };
        for name in ["gzip", "GZip", " gzip\t"] {
            assert_eq!(coding(&[name]), Some(Coding::Gzip), "{name}");
        }
        for name in ["deflate", "DEFLATE"] {
            assert_eq!(coding(&[name]), Some(Coding::Deflate), "{name}");
        }
        for names in [
            &[][..],
            &[""],
            &["br"],
            &["x-gzip"],
            &["identity"],
            &["gzip, gzip"],
            &["gzip", "gzip"],
        ] {
            assert_eq!(coding(names), None, "{names:?}");
        }
    }
}
