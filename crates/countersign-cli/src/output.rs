//! The standard output: text and tables for people, or one JSON object a line for programs.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};

use serde::Serialize;

use crate::failure::Failure;

/// The standard output.
pub(crate) struct Output {
    is_json: bool,
    /// True on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(crate) has_color: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        let has_no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let has_color = !is_json && !has_no_color && io::stdout().is_terminal();
        Self { is_json, has_color }
    }

    /// Returns true if results are printed as JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Writes a note for people to the standard error, because it is no result.
    pub(crate) fn note(&self, note: &str) {
        // If the standard error is closed, nobody reads this.
        let _ = writeln!(io::stderr(), "{note}");
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
        let mut stdout = io::stdout().lock();
        match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            written => written.map_err(|error| Failure::could_not_run(format!("stdout: {error}"))),
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
