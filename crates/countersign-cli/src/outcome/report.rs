//! The report of many attempts, and the exit code.

use std::{
    collections::BTreeMap,
    io::IsTerminal as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use super::Outcome;
use crate::{
    failure::{self, Failure},
    output::Output,
    pretty,
};

/// The report of many attempts: a line for each of a few, or numbers of many.
pub(crate) struct Report<'a> {
    output: &'a Output,
    has_lines: bool,
    has_head: bool,
    bar: ProgressBar,
    start: Instant,
    times: Vec<f64>,
    statuses: BTreeMap<String, usize>,
    refused: usize,
    unreachable: usize,
}

impl<'a> Report<'a> {
    /// Begins the report of this many deliveries.
    pub(crate) fn new(output: &'a Output, deliveries: usize) -> Self {
        let has_lines = output.is_json || deliveries <= MAX_LINES;
        let length = u64::try_from(deliveries).unwrap_or(u64::MAX);
        Self {
            output,
            has_lines,
            has_head: false,
            bar: ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden()),
            start: Instant::now(),
            times: Vec::new(),
            statuses: BTreeMap::new(),
            refused: 0,
            unreachable: 0,
        }
    }

    /// Adds the outcome of an attempt.
    pub(crate) fn add(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        let status = outcome.status.map_or("none".to_owned(), |status| status.to_string());
        *self.statuses.entry(status).or_default() += 1;
        self.times.extend(outcome.milliseconds);
        if outcome.is_last {
            match outcome.outcome {
                "refused" => self.refused += 1,
                "unreachable" => self.unreachable += 1,
                _ => {}
            }
            self.bar.inc(u64::from(!outcome.duplicate));
        }
        if self.has_lines {
            self.line(outcome)
        } else {
            self.show_bar();
            Ok(())
        }
    }

    fn line(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        let mut text = String::new();
        if !self.has_head {
            self.has_head = true;
            text.push_str("  #  TRY  STATUS       TIME  ANSWER\n");
        }
        let status = outcome.status.map_or("none".to_owned(), |status| status.to_string());
        let status = self.output.colored(&format!("{status:<6}"), outcome.is_delivered());
        let time = outcome.milliseconds.map_or("-".to_owned(), |time| format!("{time:.1} ms"));
        let copy = if outcome.duplicate { "(duplicate) " } else { "" };
        let answer = pretty::safe(outcome.answer.trim_end()).replace('\n', " ");
        let headers: String = outcome.headers.iter().map(|header| format!("  {header}")).collect();
        let headers = pretty::safe(&headers);
        let Outcome { delivery, attempt, .. } = outcome;
        text.push_str(&format!(
            "{delivery:>3}  {attempt:>3}  {status} {time:>10}  {copy}{}{headers}\n",
            cut(&answer),
        ));
        self.output.print(outcome, &text)
    }

    /// Shows the progress on a terminal, if the work takes longer than a moment.
    fn show_bar(&self) {
        let is_late = self.start.elapsed() >= BAR_AFTER;
        if is_late && self.bar.is_hidden() && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Ends the report. Returns the exit code: 3 if a delivery got no answer, 1 if one was refused.
    pub(crate) fn end(mut self) -> Result<ExitCode, Failure> {
        self.bar.finish_and_clear();
        if !self.has_lines {
            self.summary()?;
        }
        if self.unreachable > 0 {
            return Err(Failure::could_not_run(format!("no answer to {}", self.unreachable))
                .next("check that the receiver runs at this URL"));
        }
        Ok(if self.refused == 0 { failure::DONE } else { failure::REFUSED }.into())
    }

    fn summary(&mut self) -> Result<(), Failure> {
        self.times.sort_by(f64::total_cmp);
        let at = |share: usize| {
            let index = self.times.len().saturating_sub(1) * share / 100;
            self.times.get(index).copied().unwrap_or_default()
        };
        let statuses: Vec<_> =
            self.statuses.iter().map(|(status, count)| format!("{count} x {status}")).collect();
        let text = format!(
            "{} in {:.1} s\ntime: median {:.1} ms, 99 % {:.1} ms, longest {:.1} ms\n",
            statuses.join(", "),
            self.start.elapsed().as_secs_f64(),
            at(50),
            at(99),
            at(100),
        );
        self.output.print(&Empty {}, &text)
    }
}

#[derive(Serialize)]
struct Empty {}

/// Returns the beginning of a long answer.
fn cut(answer: &str) -> String {
    match answer.char_indices().nth(MAX_ANSWER) {
        Some((end, _)) => format!("{}..", answer.get(..end).unwrap_or_default()),
        None => answer.to_owned(),
    }
}

/// Number of deliveries up to which each attempt has a line.
const MAX_LINES: usize = 50;

/// Greatest number of characters of an answer in a line.
const MAX_ANSWER: usize = 100;

/// Time after which a progress bar is shown.
const BAR_AFTER: Duration = Duration::from_millis(300);
