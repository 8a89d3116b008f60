//! The program under test, and requests to its API.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

/// A running `countersign simulate`. It is ended when it is dropped.
pub(crate) struct Program {
    child: Child,
    lines: mpsc::Receiver<Value>,
    pub(crate) url: String,
}

impl Program {
    /// Starts the platform on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::with_secret(arguments, None)
    }

    pub(crate) fn with_secret(arguments: &[&str], secret: Option<&str>) -> Self {
        let mut command = Command::new(snapbox::cmd::cargo_bin!("countersign"));
        command.args(["--json", "simulate", "--port", "0"]).args(arguments).stdout(Stdio::piped());
        command.env_remove("COUNTERSIGN_SECRET");
        command.envs(secret.map(|secret| ("COUNTERSIGN_SECRET", secret)));
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines() {
                let Ok(line) = line else { return };
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut program = Self { child, lines, url: String::new() };
        program.url = program.next("listening")["url"].as_str().unwrap().to_owned();
        program
    }

    /// Returns the next line, which must be of this kind.
    pub(crate) fn next(&self, kind: &str) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("a line");
        assert_eq!(line["kind"], kind, "{line}");
        line
    }

    /// Sends a request to the API. Returns the status and the answer.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
        let request = ureq::http::Request::builder().method(method).uri(self.url.clone() + path);
        let mut response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                agent.run(request.body(body.to_string()).unwrap()).unwrap()
            }
            None => agent.run(request.body(()).unwrap()).unwrap(),
        };
        let text = response.body_mut().read_to_string().unwrap();
        (response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default())
    }

    /// Creates a webhook. Returns its id and its secret.
    pub(crate) fn create(&self, url: &str) -> (String, String) {
        let body = serde_json::json!({ "url": url });
        let (status, created) = self.ask("POST", "/v1/webhooks", Some(body));
        assert_eq!(status, 201, "{created}");
        let text = |name: &str| created[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    }

    /// Returns the history of a webhook, the newest delivery first.
    pub(crate) fn deliveries(&self, id: &str) -> Vec<Value> {
        let (status, answer) = self.ask("GET", &format!("/v1/webhooks/{id}/deliveries"), None);
        assert_eq!(status, 200);
        answer["data"].as_array().unwrap().clone()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The time after which a test gives up. Even a busy machine answers sooner.
const PATIENCE: Duration = Duration::from_secs(60);
