//! The argument that names a receiver.

/// Reads a URL. `127.0.0.1:3000/hook` is read as `http://127.0.0.1:3000/hook`.
pub(crate) fn parse(text: &str) -> Result<String, String> {
    let url = match text.split_once("://") {
        None => format!("http://{text}"),
        Some(("http" | "https", _)) => text.to_owned(),
        Some((scheme, _)) => return Err(format!("{scheme} is not supported: use http or https")),
    };
    let uri: http::Uri = url.parse().map_err(|error| format!("{text:?} is not a URL: {error}"))?;
    if uri.host().is_none_or(str::is_empty) {
        return Err(format!("{text:?} has no host"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls() {
        assert_eq!(parse("127.0.0.1:3000/a").unwrap(), "http://127.0.0.1:3000/a");
        assert_eq!(parse("https://example.com").unwrap(), "https://example.com");
        for wrong in ["", "ftp://a", "http://", "http://a b", "/hook"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
