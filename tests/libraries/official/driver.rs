//! A program that loads the libraries of one language, and answers questions line by line.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Delivery, Outcome};

/// The verdict of one side about a delivery.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    Accepted,
    /// The delivery is rejected, for this reason.
    Refused(String),
    /// The library has no way to take this delivery.
    Cannot,
}

pub(crate) struct Driver {
    /// `npm` or `pypi`.
    pub(crate) registry: &'static str,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    accepted: bool,
    cannot: bool,
    text: String,
    headers: std::collections::BTreeMap<String, String>,
}

impl Driver {
    pub(crate) fn start(registry: &'static str, command: &mut Command) -> Outcome<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().ok_or("no stdin")?;
        let stdout = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        Ok(Self { registry, child, stdin, stdout })
    }

    /// Returns the version that is installed.
    pub(crate) fn version(&mut self, library: &str) -> Outcome<String> {
        Ok(self.ask(&json!({ "ask": "version", "library": library }))?.text)
    }

    /// Returns the library's verdict about a delivery.
    pub(crate) fn verify(
        &mut self,
        library: &str,
        secret: &str,
        delivery: &Delivery,
    ) -> Outcome<Verdict> {
        Ok(match self.ask_of("verify", library, secret, delivery)? {
            Answer { cannot: true, .. } => Verdict::Cannot,
            Answer { accepted: true, .. } => Verdict::Accepted,
            Answer { text, .. } => Verdict::Refused(text),
        })
    }

    /// Returns the library's reply to a delivery, or `None` if the library rejects it.
    pub(crate) fn reply(
        &mut self,
        library: &str,
        secret: &str,
        delivery: &Delivery,
    ) -> Outcome<Option<String>> {
        let answer = self.ask_of("reply", library, secret, delivery)?;
        Ok(answer.accepted.then_some(answer.text))
    }

    fn ask_of(
        &mut self,
        ask: &str,
        library: &str,
        secret: &str,
        delivery: &Delivery,
    ) -> Outcome<Answer> {
        // Frameworks pass header names on in lower case.
        let headers: Value = delivery
            .headers
            .iter()
            .map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value.as_str())))
            .collect::<serde_json::Map<_, _>>()
            .into();
        self.ask(&json!({
            "ask": ask,
            "library": library,
            "secret": secret,
            "headers": headers,
            "body": STANDARD.encode(&delivery.body),
            "url": delivery.url,
        }))
    }

    /// Returns the headers with which the library signs a body, or `None` if it cannot sign it.
    pub(crate) fn sign(
        &mut self,
        library: &str,
        secret: &str,
        said: &crate::Said,
        seconds: u64,
    ) -> Outcome<Option<Vec<(String, String)>>> {
        let answer = self.ask(&json!({
            "ask": "sign",
            "library": library,
            "secret": secret,
            "body": STANDARD.encode(&said.body),
            "id": said.id,
            "time": seconds,
        }))?;
        Ok((!answer.cannot).then(|| answer.headers.into_iter().collect()))
    }

    fn ask(&mut self, question: &Value) -> Outcome<Answer> {
        // One call writes the whole line, because the pipe is not buffered.
        self.stdin.write_all(format!("{question}\n").as_bytes())?;
        let mut line = String::new();
        if self.stdout.read_line(&mut line)? == 0 {
            return Err(format!("{} is gone, at {question:.200}", self.registry).into());
        }
        serde_json::from_str(&line)
            .map_err(|error| format!("{} to {question:.200}: {error}", self.registry).into())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
