//! The command `providers`.

mod facts;
mod secret_place;

use std::process::ExitCode;

use clap::Args;
use countersign_core::providers::AnyProvider;

use crate::{
    failure::{self, Failure},
    output::{self, Output},
    provider,
};

use facts::Facts;

/// Shows what is known of the providers: headers, signed text, tolerance, secret
#[derive(Args)]
#[command(after_help = "Example: countersign providers stripe")]
pub(crate) struct Arguments {
    /// The provider; without it, all of them
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    provider: Option<AnyProvider>,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        match self.provider {
            Some(provider) => {
                let facts = Facts::of(provider);
                output.print(&facts, &facts.text())?;
            }
            None if output.is_json => {
                for provider in AnyProvider::all() {
                    output.print(&Facts::of(*provider), "")?;
                }
            }
            None => output.print(&(), &list())?,
        }
        Ok(failure::DONE.into())
    }
}

fn list() -> String {
    let rows = AnyProvider::all().iter().map(|provider| {
        let facts = Facts::of(*provider);
        let tolerance = facts.tolerance().unwrap_or_default();
        vec![facts.name.to_owned(), facts.headers.join(", "), facts.signed.clone(), tolerance]
    });
    let rows: Vec<_> = rows.collect();
    output::table(&["PROVIDER", "HEADER", "SIGNED", "TOLERANCE"], &rows)
}
