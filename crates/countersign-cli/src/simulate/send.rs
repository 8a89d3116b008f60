//! Sends one request.

use std::{
    io::Read as _,
    time::{Duration, Instant, SystemTime},
};

use ureq::{
    Agent, Error,
    tls::{RootCerts, TlsConfig},
};

use super::webhook::Attempt;
use crate::moment;

/// The client of the platform. It follows no redirection, uses no proxy and keeps no connection.
#[derive(Clone)]
pub(super) struct Sender {
    agent: Agent,
    timeout: Duration,
}

impl Sender {
    pub(super) fn new(timeout: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent(concat!("countersign-simulate/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), timeout }
    }

    /// Sends a body, and waits for the answer. Blocks the thread.
    pub(super) fn send(
        &self,
        number: u32,
        url: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> Attempt {
        let (at, began) = (moment::with_milliseconds(SystemTime::now()), Instant::now());
        let mut request = self.agent.post(url).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answered = request.send(body).and_then(|mut response| {
            let mut answer = Vec::new();
            let body = response.body_mut().as_reader();
            body.take(LONGEST_ANSWER).read_to_end(&mut answer).map_err(Error::from)?;
            Ok((response.status().as_u16(), String::from_utf8_lossy(&answer).into_owned()))
        });
        let duration = began.elapsed().as_millis();
        let (status, error, answer) = match answered {
            Ok((status, answer)) => (Some(status), None, Some(answer)),
            Err(Error::Timeout(_)) => {
                (None, Some(format!("no answer within {:?}", self.timeout)), None)
            }
            Err(error) => (None, Some(error.to_string()), None),
        };
        let duration_ms = u64::try_from(duration).unwrap_or(u64::MAX);
        Attempt { number, at, duration_ms, status, error, answer }
    }
}

/// In bytes: the start of an answer that is kept.
const LONGEST_ANSWER: u64 = 2000;
