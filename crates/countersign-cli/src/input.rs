//! Bodies and recorded requests: a file, or the standard input.

use std::{
    fs,
    io::{self, IsTerminal as _, Read as _, Write as _},
    path::Path,
};

use crate::{failure::Failure, secrets::SecretArguments};

/// Reads a file exactly, or the standard input if there is no file or the file is `-`.
pub(crate) fn read(file: Option<&Path>, secrets: &SecretArguments) -> Result<Vec<u8>, Failure> {
    let Some(path) = file.filter(|path| *path != Path::new("-")) else {
        return read_stdin(secrets);
    };
    fs::read(path).map_err(|error| {
        Failure::could_not_run(format!("{}: {error}", path.display()))
            .next("check the path, or give `-` for the standard input")
    })
}

fn read_stdin(secrets: &SecretArguments) -> Result<Vec<u8>, Failure> {
    if secrets.use_stdin() {
        return Err(Failure::usage("the standard input cannot be the secret and the body")
            .next("give the body as a FILE"));
    }
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        // If the standard error is closed, nobody reads this.
        let _ = writeln!(io::stderr(), "reading the standard input; end it with Ctrl-D");
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::could_not_run(format!("standard input: {error}")))?;
    Ok(bytes)
}
