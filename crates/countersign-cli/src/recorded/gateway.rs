//! JSON events of AWS: API Gateway (formats 1.0 and 2.0), Lambda function URLs, and ALB.

use std::collections::BTreeMap;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::Value;

use super::{Recorded, delivery};
use crate::{header::Field, moment};

/// An event. The members beside these are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    /// Format 1.0, and ALB.
    http_method: Option<String>,
    /// Format 1.0, and ALB.
    path: Option<String>,
    /// Format 2.0.
    raw_path: Option<String>,
    /// Format 2.0.
    raw_query_string: Option<String>,
    /// Format 1.0, and ALB.
    query_string_parameters: Option<BTreeMap<String, Value>>,
    multi_value_query_string_parameters: Option<BTreeMap<String, Value>>,
    headers: Option<BTreeMap<String, String>>,
    /// Each value of a field that occurs several times: format 1.0, and ALB if it is configured.
    multi_value_headers: Option<BTreeMap<String, Vec<String>>>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
    #[serde(default)]
    request_context: Context,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    /// Format 2.0, in milliseconds.
    time_epoch: Option<u64>,
    /// Format 1.0, in milliseconds.
    request_time_epoch: Option<u64>,
    domain_name: Option<String>,
    /// Format 1.0: the path with the stage.
    path: Option<String>,
    /// Format 2.0.
    http: Option<Http>,
}

#[derive(Deserialize)]
struct Http {
    method: Option<String>,
}

/// Returns true for JSON with the members that all these events have.
pub(super) fn is_event(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Probe {
        http_method: Option<Value>,
        request_context: Option<Value>,
    }
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let has_context = || {
        let probe = serde_json::from_slice::<Probe>(bytes);
        probe.is_ok_and(|probe| probe.http_method.is_some() || probe.request_context.is_some())
    };
    let has_headers = || {
        let event = serde_json::from_slice::<Event>(bytes);
        event.is_ok_and(|event| event.headers.is_some() || event.multi_value_headers.is_some())
    };
    is_object && has_context() && has_headers()
}

/// Reads an event.
pub(super) fn read(bytes: &[u8]) -> Result<Recorded, String> {
    let event: Event =
        serde_json::from_slice(bytes).map_err(|error| format!("not an event: {error}"))?;
    let headers = event.fields();
    let url = event.url(&headers);
    let Event { http_method, body, is_base64_encoded, request_context: context, .. } = event;
    let method = http_method.or(context.http.and_then(|http| http.method));
    let body = body.unwrap_or_default();
    let body = if is_base64_encoded {
        BASE64_STANDARD.decode(body).map_err(|error| format!("the body: {error}"))?
    } else {
        body.into_bytes()
    };
    let time = context.time_epoch.or(context.request_time_epoch);
    Ok(Recorded {
        method: method.unwrap_or_else(|| "POST".to_owned()),
        url,
        headers,
        body,
        received_at: time.and_then(moment::after_milliseconds),
        provider: None,
    })
}

impl Event {
    fn fields(&self) -> Vec<Field> {
        let many = self.multi_value_headers.iter().flatten();
        let many: Vec<_> = many
            .flat_map(|(name, values)| {
                values.iter().map(move |value| (name.clone(), value.clone()))
            })
            .collect();
        if !many.is_empty() {
            return many;
        }
        let one = self.headers.iter().flatten();
        one.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Returns the URL if the event has it exactly. The formats with a map of parameters have lost
    /// the order and the encoding of a query.
    fn url(&self, headers: &[Field]) -> Option<String> {
        let context = &self.request_context;
        let target = if let Some(path) = &self.raw_path {
            match self.raw_query_string.as_deref() {
                None | Some("") => path.clone(),
                Some(query) => format!("{path}?{query}"),
            }
        } else {
            let maps = [&self.query_string_parameters, &self.multi_value_query_string_parameters];
            if maps.into_iter().flatten().any(|map| !map.is_empty()) {
                return None;
            }
            context.path.clone().or_else(|| self.path.clone())?
        };
        match &context.domain_name {
            Some(domain) => Some(format!("https://{domain}{target}")),
            None => delivery::url(&target, headers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_format_2() {
        let event = br#"{"version":"2.0","rawPath":"/hook","rawQueryString":"a=b%20c",
            "headers":{"x-a":"b"},"body":"e30=","isBase64Encoded":true,"requestContext":{
            "domainName":"id.lambda-url.eu-west-1.on.aws","timeEpoch":1700000000123,
            "http":{"method":"POST","path":"/hook"}}}"#;
        assert!(is_event(event));
        let recorded = read(event).unwrap();
        assert_eq!(recorded.method, "POST");
        let url = "https://id.lambda-url.eu-west-1.on.aws/hook?a=b%20c";
        assert_eq!(recorded.url.as_deref(), Some(url));
        assert_eq!(recorded.body, b"{}");
        let time = recorded.received_at.map(moment::text);
        assert_eq!(time.as_deref(), Some("2023-11-14T22:13:20.123Z"));
    }

    #[test]
    fn reads_format_1_and_alb() {
        let event = br#"{"httpMethod":"POST","path":"/hook","queryStringParameters":null,
            "headers":{"X-A":"c"},"multiValueHeaders":{"X-A":["b","c"]},"body":"{}",
            "isBase64Encoded":false,"requestContext":{"domainName":"api.example.com",
            "path":"/prod/hook","requestTimeEpoch":1700000000000}}"#;
        let recorded = read(event).unwrap();
        assert_eq!(recorded.url.as_deref(), Some("https://api.example.com/prod/hook"));
        let names: Vec<_> = recorded.headers.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(names, ["b", "c"]);
        assert!(recorded.received_at.is_some());

        let alb = br#"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"POST",
            "path":"/hook","queryStringParameters":{"a":"b"},"headers":{"host":"lb.example.com",
            "x-forwarded-proto":"https"},"body":"","isBase64Encoded":false}"#;
        assert!(is_event(alb));
        assert_eq!(read(alb).unwrap().url, None);
    }
}
