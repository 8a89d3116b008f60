//! The program under test.

use serde_json::Value;
use snapbox::cmd::{Command, cargo_bin};

/// `countersign inbox` at one inbox.
pub(crate) struct Program {
    place: Vec<String>,
    url: Option<String>,
}

/// The end of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Program {
    /// `url` is the value of `DATABASE_URL`.
    pub(crate) fn at(place: &[&str], url: Option<&str>) -> Self {
        let place = place.iter().map(|&text| text.to_owned()).collect();
        Self { place, url: url.map(str::to_owned) }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(cargo_bin!("countersign")).arg("inbox").args(arguments);
        command = command.args(&self.place).env_remove("DATABASE_URL");
        if let Some(url) = &self.url {
            command = command.env("DATABASE_URL", url);
        }
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Ended { code: output.status.code().unwrap(), stdout, stderr }
    }

    /// Runs a command that must succeed, and returns its text.
    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Runs a command that must succeed, and returns its objects.
    pub(crate) fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.text(&[arguments, &["--json"]].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns the events that are listed, the newest first.
    pub(crate) fn events(&self, arguments: &[&str]) -> Vec<String> {
        let rows = self.json(&[&["list"], arguments].concat());
        rows.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the number of an event.
    pub(crate) fn number(&self, event: &str) -> String {
        self.json(&["list", "--event", event])[0]["id"].to_string()
    }

    /// Returns the state of an event.
    pub(crate) fn state(&self, event: &str) -> String {
        self.json(&["list", "--event", event])[0]["state"].as_str().unwrap().to_owned()
    }
}
