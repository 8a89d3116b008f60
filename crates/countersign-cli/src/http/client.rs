//! The client: each answer is returned as it is, also a redirect and a rejection.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use ureq::{
    Agent, SendBody,
    config::AutoHeaderValue,
    tls::{RootCerts, TlsConfig},
};

use crate::header::Field;

/// A client that keeps connections open. Its clones share them.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
}

/// A request with the exact bytes of its body.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [Field],
    pub(crate) body: &'a [u8],
    /// Sends the body in chunks, without its length.
    pub(crate) is_chunked: bool,
}

/// The answer of a receiver.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<Field>,
    pub(crate) body: Vec<u8>,
    pub(crate) time: Duration,
}

impl Client {
    /// Makes a client for this many requests at a time.
    pub(crate) fn new(timeout: Duration, parallel: usize) -> Self {
        // The certificates of the machine: they include those of a company, or of `mkcert`.
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(timeout))
            .max_idle_connections(parallel)
            .max_idle_connections_per_host(parallel)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .allow_non_standard_methods(true)
            .build();
        Self { agent: config.into() }
    }

    /// Sends a request. The error is a text that says why there is no answer.
    pub(crate) fn send(&self, request: &Request<'_>) -> Result<Answer, String> {
        let Request { method, url, headers, body, is_chunked } = *request;
        let mut builder = http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            builder = builder.header(name, value.as_bytes());
        }
        let start = Instant::now();
        let is_bodiless = body.is_empty() && matches!(method, "GET" | "HEAD" | "OPTIONS");
        let answer = if is_bodiless {
            self.agent.run(builder.body(()).map_err(|error| error.to_string())?)
        } else if is_chunked {
            let mut reader = Cursor::new(body);
            let body = SendBody::from_reader(&mut reader);
            self.agent.run(builder.body(body).map_err(|error| error.to_string())?)
        } else {
            self.agent.run(builder.body(body).map_err(|error| error.to_string())?)
        };
        let mut answer = answer.map_err(|error| error.to_string())?;
        let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
        let body = body.map_err(|error| format!("the answer breaks off: {error}"))?;
        let headers = answer.headers().iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: headers.collect(),
            body,
            time: start.elapsed(),
        })
    }
}

/// Greatest length of an answer, in bytes.
const ANSWER_LIMIT: u64 = 10 * 1024 * 1024;
