//! The version of the format.

use serde::{Deserialize, Serialize};

/// Version of the format of a stored delivery. Readers reject other versions.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(super) struct Version;

impl Version {
    pub(super) const CURRENT: u16 = 1;
}

impl TryFrom<u16> for Version {
    type Error = String;

    fn try_from(version: u16) -> Result<Self, String> {
        if version == Self::CURRENT {
            return Ok(Self);
        }
        Err(format!(
            "the stored delivery has version {version} of the format, and this release of \
             countersign-core reads version {}",
            Self::CURRENT,
        ))
    }
}

impl From<Version> for u16 {
    fn from(Version: Version) -> Self {
        Version::CURRENT
    }
}
