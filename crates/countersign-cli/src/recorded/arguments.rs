//! The arguments that name one delivery: a body with its headers, or a recorded request.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Format, Recorded, read};
use crate::{
    failure::Failure,
    header::{self, Field},
    input,
    secrets::SecretArguments,
};

/// The arguments that name one delivery.
#[derive(Args)]
pub(crate) struct DeliveryArguments {
    /// The body or a recorded request [default: the standard input]
    file: Option<PathBuf>,
    /// Header of the delivery. FILE is then the body alone, unless --format names another format
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header::parse)]
    headers: Vec<Field>,
    /// Format of FILE
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Entry of a HAR file, counted from 1 [default: the first POST]
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
}

impl DeliveryArguments {
    /// Reads the delivery. The secrets are read before, because they may be on the standard input.
    pub(crate) fn read(&self, secrets: &SecretArguments) -> Result<Recorded, Failure> {
        self.read_from(None, secrets)
    }

    /// Returns whether a file is given.
    pub(crate) fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// Reads the delivery from this file, if no other one is given.
    pub(crate) fn read_from(
        &self,
        file: Option<&Path>,
        secrets: &SecretArguments,
    ) -> Result<Recorded, Failure> {
        let bytes = input::read(self.file.as_deref().or(file), secrets)?;
        let is_body = self.format == Format::Auto && !self.headers.is_empty();
        let format = if is_body { Format::Body } else { self.format };
        match read(&bytes, format, self.entry)? {
            Some(mut recorded) => {
                for field in &self.headers {
                    header::set(&mut recorded.headers, field.clone());
                }
                Ok(recorded)
            }
            None if self.headers.is_empty() => Err(Failure::usage("a body alone has no signature")
                .next(
                    "give each header of the delivery with -H 'Name: value', or a recorded request",
                )),
            None => Ok(Recorded {
                method: "POST".to_owned(),
                url: None,
                headers: self.headers.clone(),
                body: bytes,
                received_at: None,
                provider: None,
            }),
        }
    }
}
