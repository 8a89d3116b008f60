//! HAR files, as browsers and proxies save them.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Recorded;
use crate::moment;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    log: Log<'a>,
}

#[derive(Deserialize)]
struct Log<'a> {
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: Option<String>,
    request: Request,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    headers: Vec<Header>,
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct PostData {
    text: Option<String>,
    /// `base64` in the files of some proxies. The format itself has only text.
    encoding: Option<String>,
}

/// Returns true for JSON with a log of entries.
pub(super) fn is_har(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{") && serde_json::from_slice::<File<'_>>(bytes).is_ok()
}

/// Reads the entry with this number, which counts from 1. Default: the first `POST`.
pub(super) fn read(bytes: &[u8], number: Option<usize>) -> Result<Recorded, String> {
    let file: File<'_> =
        serde_json::from_slice(bytes).map_err(|error| format!("not a har file: {error}"))?;
    let count = file.log.entries.len();
    let entry = |text: &RawValue| {
        serde_json::from_str::<Entry>(text.get()).map_err(|error| format!("entry: {error}"))
    };
    let entry = match number {
        Some(number) => {
            let text = number.checked_sub(1).and_then(|index| file.log.entries.get(index));
            entry(text.ok_or_else(|| format!("no entry {number}: the file has {count}"))?)?
        }
        None => {
            let is_post = |text: &&&RawValue| {
                entry(text).is_ok_and(|entry| entry.request.method.eq_ignore_ascii_case("POST"))
            };
            let text = file.log.entries.iter().find(is_post);
            entry(text.ok_or_else(|| format!("none of the {count} entries is a POST"))?)?
        }
    };
    entry.recorded()
}

impl Entry {
    fn recorded(self) -> Result<Recorded, String> {
        let Self { started_date_time, request } = self;
        let body = match request.post_data {
            None => Vec::new(),
            Some(PostData { text: None, .. }) => {
                return Err("the entry has a form without its text".to_owned());
            }
            Some(PostData { text: Some(text), encoding })
                if encoding.as_deref() == Some("base64") =>
            {
                BASE64_STANDARD.decode(text).map_err(|error| format!("the body: {error}"))?
            }
            Some(PostData { text: Some(text), .. }) => text.into_bytes(),
        };
        // Browsers list the pseudo-headers of HTTP/2, such as `:path`.
        let headers = request.headers.into_iter().filter(|header| !header.name.starts_with(':'));
        Ok(Recorded {
            method: request.method,
            url: Some(request.url),
            headers: headers.map(|header| (header.name, header.value)).collect(),
            body,
            received_at: started_date_time.and_then(|time| moment::parse(&time).ok()),
            provider: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"log":{"version":"1.2","entries":[
        {"request":{"method":"GET","url":"http://a/","headers":[]}},
        {"startedDateTime":"2023-11-14T22:13:20.000Z","request":{"method":"POST",
            "url":"https://a/hook","headers":[{"name":":path","value":"/hook"},
            {"name":"X-A","value":"b"}],
                "postData":{"mimeType":"application/json","text":"{\"a\":\"ë\"}"}}},
        {"request":{"method":"POST","url":"http://a/2","headers":[],
            "postData":{"encoding":"base64","text":"AP8="}}}]}}"#;

    #[test]
    fn reads_the_first_post_or_the_entry_that_was_asked_for() {
        let first = read(FILE.as_bytes(), None).unwrap();
        assert_eq!(first.url.as_deref(), Some("https://a/hook"));
        assert_eq!(first.headers, [("X-A".to_owned(), "b".to_owned())]);
        assert_eq!(first.body, "{\"a\":\"ë\"}".as_bytes());
        assert!(first.received_at.is_some());
        assert_eq!(read(FILE.as_bytes(), Some(3)).unwrap().body, [0, 255]);
        assert_eq!(read(FILE.as_bytes(), Some(1)).unwrap().method, "GET");
        for number in [0, 4] {
            assert!(read(FILE.as_bytes(), Some(number)).unwrap_err().contains("no entry"));
        }
        assert!(read(br#"{"log":{"entries":[]}}"#, None).unwrap_err().contains("none of the 0"));
    }
}
