//! The version of the server.

/// Returns whether a version of nats-server is at least 2.12. Older servers ignore settings that
/// they do not know, so they must be refused before the streams are made.
pub(super) fn is_supported(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= (2, 12),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supports_2_12_and_newer() {
        for version in ["2.12.0", "2.12.8", "2.15.1", "2.16.0-RC.1", "3.0.0"] {
            assert!(is_supported(version), "{version}");
        }
        for version in ["2.9.10", "2.11.11", "1.99.0", "", "unknown", "2"] {
            assert!(!is_supported(version), "{version}");
        }
    }
}
