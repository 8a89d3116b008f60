//! The body of a delivery, within the limits that the crate `countersign` has by default.

use std::time::{Duration, SystemTime};

use http_body_util::BodyExt as _;
use hyper::{Request, body::Incoming};

use super::answer::{self, Answer};
use crate::{header::Field, recorded::Recorded};

/// Reads a request. The error is the answer to a body that is too large, too late or incomplete.
pub(super) async fn read(request: Request<Incoming>, local: &str) -> Result<Recorded, Answer> {
    let received_at = SystemTime::now();
    let (head, body) = request.into_parts();
    let body = tokio::time::timeout(DEADLINE, collect(body));
    let body = body.await.map_err(|_| answer::too_late())??;
    let headers: Vec<Field> = head
        .headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let host = crate::header::value(&headers, "host").unwrap_or(local);
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    Ok(Recorded {
        method: head.method.to_string(),
        url: Some(format!("http://{host}{target}")),
        headers,
        body,
        received_at: Some(received_at),
        provider: None,
    })
}

async fn collect(mut body: Incoming) -> Result<Vec<u8>, Answer> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| answer::incomplete())?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > LIMIT {
            return Err(answer::too_large());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Greatest length of a body, in bytes.
const LIMIT: usize = 1024 * 1024;

/// Longest time for a body to arrive.
const DEADLINE: Duration = Duration::from_secs(10);
