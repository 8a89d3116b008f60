//! The standard output: text and tables for people, or one JSON object a line for programs.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use serde::Serialize;

use crate::failure::Failure;

/// The standard output.
#[derive(Clone, Copy)]
pub(crate) struct Output {
    /// True if programs read the output.
    pub(crate) is_json: bool,
    /// True on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(crate) has_color: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        let has_no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_color = !is_json && !has_no_color && io::stdout().is_terminal();
        Self { is_json, has_color }
    }

    /// Prints a result: the record as JSON, or the text for people.
    ///
    /// # Errors
    ///
    /// [`Failure`] if nothing can be written. A closed pipe ends the program without an error.
    pub(crate) fn print(&self, record: &impl Serialize, text: &str) -> Result<(), Failure> {
        let line = if self.is_json {
            serde_json::to_string(record).map_err(Failure::could_not_run)?
        } else {
            text.trim_end_matches('\n').to_owned()
        };
        self.write(format!("{line}\n").as_bytes())
    }

    /// Writes bytes to the standard output, as they are.
    ///
    /// # Errors
    ///
    /// [`Failure`] if nothing can be written. A closed pipe ends the program without an error.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            written => written.map_err(|error| Failure::could_not_run(format!("stdout: {error}"))),
        }
    }

    /// Returns the text in green or red, if the output has colours.
    pub(crate) fn colored(&self, text: &str, is_good: bool) -> String {
        match (self.has_color, is_good) {
            (false, _) => text.to_owned(),
            (true, true) => format!("\x1b[32m{text}\x1b[0m"),
            (true, false) => format!("\x1b[31m{text}\x1b[0m"),
        }
    }
}

/// Aligns the columns of a table.
pub(crate) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let head: Vec<_> = head.iter().map(|cell| (*cell).to_owned()).collect();
    std::iter::once(line(&head)).chain(rows.iter().map(|row| line(row))).collect()
}
