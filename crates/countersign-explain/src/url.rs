//! URLs that may have been signed.

use crate::{Cause, Step};

/// Returns the URL that is given, and those to which one or two changes lead.
pub(crate) fn variants(
    given: Option<&str>,
    headers: &[(String, String)],
) -> Vec<(String, Vec<Step>)> {
    let mut found: Vec<(String, Vec<Step>)> = Vec::new();
    let mut add = |url: String, steps: Vec<Step>| {
        if (1..=LONGEST).contains(&url.len())
            && found.len() < MOST
            && found.iter().all(|(other, _)| *other != url)
        {
            found.push((url, steps));
        }
    };
    if let Some(given) = given {
        add(given.to_owned(), Vec::new());
        let once = changed(given, headers);
        for (url, step) in &once {
            add(url.clone(), vec![step.clone()]);
        }
        for (url, step) in once {
            for (url, other) in changed(&url, headers) {
                add(url, vec![step.clone(), other]);
            }
        }
    }
    found
}

fn changed(url: &str, headers: &[(String, String)]) -> Vec<(String, Step)> {
    let mut out = Vec::new();
    let mut add = |url: String, words: String| out.push((url, Step::new(Cause::Url, words)));
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(at);
    match scheme {
        "http" => add(format!("https://{rest}"), "the URL with https instead of http".to_owned()),
        "https" => add(format!("http://{rest}"), "the URL with http instead of https".to_owned()),
        _ => {}
    }
    let header = |name: &str| {
        let mut values = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        values.next().map(|(_, value)| value.trim().to_owned())
    };
    // The URL in front of a proxy, as one change.
    let outer = header("X-Forwarded-Host").or_else(|| header("Host"));
    let protocol = header("X-Forwarded-Proto").unwrap_or_else(|| "https".to_owned());
    if let Some(outer) = outer.filter(|outer| !outer.is_empty()) {
        let path = header("X-Forwarded-Uri").or_else(|| header("X-Original-Uri"));
        let path =
            path.filter(|path| path.starts_with('/')).unwrap_or_else(|| path_of(rest).to_owned());
        let words = "the public URL, made from the headers `X-Forwarded-*` or `Host`";
        add(format!("{protocol}://{outer}{path}"), words.to_owned());
        let bare = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
        add(
            format!("{protocol}://{outer}{bare}"),
            format!("{words}, with or without the last slash"),
        );
    }
    for name in ["Host", "X-Forwarded-Host", "X-Original-Host"] {
        if let Some(other) = header(name).filter(|other| *other != host && !other.is_empty()) {
            add(
                format!("{scheme}://{other}{path}"),
                format!("the URL with the host of the header `{name}`"),
            );
        }
    }
    match host.rsplit_once(':') {
        Some((name, _)) => {
            add(format!("{scheme}://{name}{path}"), "the URL without the port".to_owned());
        }
        None => {
            let port = if scheme == "http" { 80 } else { 443 };
            add(format!("{scheme}://{host}:{port}{path}"), format!("the URL with the port {port}"));
        }
    }
    let lower = host.to_lowercase();
    add(format!("{scheme}://{lower}{path}"), "the URL with the host in lower case".to_owned());
    match host.strip_prefix("www.") {
        Some(host) => add(format!("{scheme}://{host}{path}"), "the URL without `www.`".to_owned()),
        None => add(format!("{scheme}://www.{host}{path}"), "the URL with `www.`".to_owned()),
    }
    let (bare, query) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    match bare.strip_suffix('/') {
        Some(bare) => {
            let words = "the URL without the slash at the end of its path";
            add(format!("{scheme}://{host}{bare}{query}"), words.to_owned());
        }
        None => {
            let words = "the URL with a slash at the end of its path";
            add(format!("{scheme}://{host}{bare}/{query}"), words.to_owned());
        }
    }
    if let Some((before, _)) = url.split_once('#') {
        add(before.to_owned(), "the URL without its fragment".to_owned());
    }
    if let Some(members) = query.strip_prefix('?') {
        add(format!("{scheme}://{host}{bare}"), "the URL without its query".to_owned());
        let mut members: Vec<_> = members.split('&').collect();
        members.sort_unstable();
        let sorted = members.join("&");
        add(format!("{scheme}://{host}{bare}?{sorted}"), "the URL with a sorted query".to_owned());
    }
    if let Some((_, host)) = host.rsplit_once('@') {
        add(format!("{scheme}://{host}{path}"), "the URL without its user".to_owned());
    }
    let decoded = crate::body::url_decoded(url);
    add(decoded, "the URL, with percent signs decoded".to_owned());
    let encoded: String =
        crate::body::url_decoded(url).chars().fold(String::new(), |mut out, one| {
            let mut room = [0; 4];
            if one.is_ascii_graphic() {
                out.push(one);
            } else {
                for byte in one.encode_utf8(&mut room).bytes() {
                    out.push_str(&format!("%{byte:02X}"));
                }
            }
            out
        });
    add(encoded, "the URL, with spaces and characters beyond ASCII encoded".to_owned());
    for (from, to) in [("+", "%20"), ("%20", "+"), (" ", "%20")] {
        add(url.replace(from, to), format!("the URL with {to:?} for {from:?}"));
    }
    add(path.to_owned(), "only the path of the URL".to_owned());
    for name in ["X-Forwarded-Uri", "X-Original-Uri", "X-Original-Url", "X-Forwarded-Path"] {
        if let Some(path) = header(name).filter(|path| path.starts_with('/')) {
            add(
                format!("{scheme}://{host}{path}"),
                format!("the URL with the path of the header `{name}`"),
            );
        }
    }
    for prefix in ["X-Forwarded-Prefix"] {
        if let Some(prefix) = header(prefix) {
            add(
                format!("{scheme}://{host}{prefix}{path}"),
                "the URL with the path's prefix before the proxy".to_owned(),
            );
        }
    }
    out.retain(|(other, _)| other != url);
    out
}

/// Returns the path and the rest of a URL without its scheme.
fn path_of(rest: &str) -> &str {
    &rest[rest.find(['/', '?', '#']).unwrap_or(rest.len())..]
}

/// The most URLs that are tried.
pub(crate) const MOST: usize = 200;

/// The most bytes of a URL.
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_urls_in_front_of_a_proxy() {
        let headers = [("Host".to_owned(), "example.com".to_owned())];
        let found = variants(Some("http://127.0.0.1:3000/hook?a=1"), &headers);
        let has = |url: &str| found.iter().any(|(found, _)| found == url);
        for url in [
            "http://127.0.0.1:3000/hook?a=1",
            "https://127.0.0.1:3000/hook?a=1",
            "https://example.com/hook?a=1",
            "https://example.com/hook/?a=1",
            "http://127.0.0.1:3000/hook",
            "http://127.0.0.1:3000/hook/?a=1",
            "http://127.0.0.1/hook?a=1",
            "/hook?a=1",
        ] {
            assert!(has(url), "{url}");
        }
        assert!(found[0].1.is_empty() && found[1..].iter().all(|(_, steps)| !steps.is_empty()));
    }
}
