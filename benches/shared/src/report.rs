//! Tables and budgets, and the file from which charts read them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Serialize;

/// The results of one command.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The machine and the settings.
    pub conditions: Vec<(String, String)>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The budgets.
    pub budgets: Vec<Budget>,
}

/// Rows with the same columns.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The title.
    pub title: String,
    /// The columns' names, with their units.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One subject's figures.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The subject.
    pub name: String,
    /// A figure for each column; `None` if there is no figure.
    pub figures: Vec<Option<f64>>,
}

/// A figure that has a limit.
#[derive(Debug, Serialize)]
pub struct Budget {
    /// The number of the budget.
    pub number: String,
    /// A description of the figure.
    pub what: String,
    /// The measured figure.
    pub figure: f64,
    /// The limit.
    pub bound: Bound,
}

/// The limit of a figure.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// This or less.
    AtMost(f64),
    /// This or more.
    AtLeast(f64),
}

impl Budget {
    /// Returns whether the figure is within its limit.
    #[must_use]
    pub fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(limit) => self.figure <= limit,
            Bound::AtLeast(limit) => self.figure >= limit,
        }
    }
}

impl Report {
    /// Makes an empty report, with the conditions of this machine.
    #[must_use]
    pub fn of_this_machine() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let cpu = read("/proc/cpuinfo");
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let load = read("/proc/loadavg");
        Self {
            conditions: vec![
                ("processor".to_owned(), model.map_or("", |(_, model)| model).to_owned()),
                ("cores".to_owned(), cores.to_string()),
                ("load before".to_owned(), load.split(' ').next().unwrap_or("").to_owned()),
            ],
            ..Self::default()
        }
    }

    /// Adds a budget.
    pub fn budget(&mut self, number: &str, what: &str, figure: f64, bound: Bound) {
        let (number, what) = (number.to_owned(), what.to_owned());
        self.budgets.push(Budget { number, what, figure, bound });
    }

    /// Prints everything, in Markdown.
    pub fn print(&self) {
        for (name, value) in &self.conditions {
            println!("- {name}: {value}");
        }
        for table in &self.tables {
            table.print();
        }
        if !self.budgets.is_empty() {
            println!("\n| # | figure | measured | budget | |\n|---|---|---|---|---|");
        }
        for budget in &self.budgets {
            let (sign, limit) = match budget.bound {
                Bound::AtMost(limit) => ("<=", limit),
                Bound::AtLeast(limit) => (">=", limit),
            };
            let verdict = if budget.is_met() { "met" } else { "**missed**" };
            let Budget { number, what, figure, .. } = budget;
            println!("| {number} | {what} | {figure:.3} | {sign} {limit} | {verdict} |");
        }
    }

    /// Writes everything as JSON into the target folder, and prints the path.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be written.
    pub fn write(&self, name: &str) -> io::Result<()> {
        let path = target().join(name);
        fs::create_dir_all(target())?;
        fs::write(&path, serde_json::to_string_pretty(self)?)?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}

impl Table {
    fn print(&self) {
        println!("\n### {}\n\n| | {} |", self.title, self.columns.join(" | "));
        println!("|---|{}", "---|".repeat(self.columns.len()));
        for row in &self.rows {
            let figures: Vec<_> = row.figures.iter().map(|figure| text(*figure)).collect();
            println!("| {} | {} |", row.name, figures.join(" | "));
        }
    }
}

/// Formats a figure with its significant digits.
fn text(figure: Option<f64>) -> String {
    match figure {
        None => String::new(),
        Some(figure) if figure.fract() == 0.0 && figure.abs() < 1e15 => format!("{figure:.0}"),
        Some(figure) if figure.abs() >= 1000.0 => format!("{figure:.0}"),
        Some(figure) if figure.abs() >= 20.0 => format!("{figure:.1}"),
        Some(figure) => format!("{figure:.3}"),
    }
}

/// Returns the folder for all results: `target/` of the repository.
#[must_use]
pub fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}
