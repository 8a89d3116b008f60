//! The `.http` file of a recorded request.

use std::{fs, io::Write as _, path::Path};

use super::{Recorded, raw};
use crate::{failure::Failure, header, moment};

impl Recorded {
    /// Returns the request as an `.http` file, with the exact bytes of the body.
    pub(crate) fn to_file(&self) -> Vec<u8> {
        let mut head = String::new();
        if let Some(provider) = &self.provider {
            head.push_str(&format!("{}{provider}\n", raw::PROVIDER));
        }
        if let Some(time) = self.received_at {
            head.push_str(&format!("{}{}\n", raw::RECEIVED, moment::text(time)));
        }
        let url = self.url.as_deref().unwrap_or("/");
        head.push_str(&format!("{} {url} HTTP/1.1\n", self.method));
        for (name, value) in &self.headers {
            // The body is stored without its transfer coding, and with its length.
            let is_framing = ["content-length", "transfer-encoding"]
                .iter()
                .any(|framing| name.eq_ignore_ascii_case(framing));
            if header::is_name(name) && !is_framing {
                head.push_str(&format!("{name}: {}\n", value.replace(['\r', '\n'], " ")));
            }
        }
        head.push_str(&format!("Content-Length: {}\n\n", self.body.len()));
        let mut file = head.into_bytes();
        file.extend_from_slice(&self.body);
        file
    }

    /// Writes the file. It is readable only for its owner, and replaces no other file.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Failure> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let written = options.open(path).and_then(|mut file| file.write_all(&self.to_file()));
        written.map_err(|error| {
            Failure::could_not_run(format!("{}: {error}", path.display()))
                .next("give a directory that can be written with --record")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_file_that_it_writes() {
        let recorded = Recorded {
            method: "POST".to_owned(),
            url: Some("http://127.0.0.1:4000/hook?a".to_owned()),
            headers: vec![("x-a".to_owned(), "b".to_owned())],
            body: b"\r\n\n### \xff\n".to_vec(),
            received_at: moment::after_milliseconds(1_700_000_000_123),
            provider: Some("github".to_owned()),
        };
        let read = raw::read(&recorded.to_file()).unwrap();
        let mut expected = recorded;
        expected.headers.push(("Content-Length".to_owned(), "9".to_owned()));
        assert_eq!(read, expected);
    }
}
