//! What handlers have done.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
};

/// A file with a line for each event that a handler was given.
#[derive(Clone, Debug)]
pub(crate) struct Effects(Arc<File>);

impl Effects {
    pub(crate) fn append_to(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(|file| Self(Arc::new(file)))
    }

    /// Adds an event's id: as it is where it is printable ASCII without spaces, else as a JSON
    /// string, which is one line whatever it holds.
    pub(crate) fn add(&self, id: &str) -> io::Result<()> {
        let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        let line = if is_plain { format!("{id}\n") } else { format!("{}\n", quoted(id)) };
        // One write of a file opened for appending: lines of several threads do not mix.
        (&*self.0).write_all(line.as_bytes())
    }
}

/// A JSON string in ASCII alone, so that no reader takes a character of it for a line's end.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
