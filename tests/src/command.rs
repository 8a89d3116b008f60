//! The command `countersign`, which sends the deliveries of the examples' pages.

use std::{
    env, io,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
};

use crate::copies::target;

/// Returns the program of `countersign-cli`. The first call of this process builds it, because a
/// test of this package can run without a build of the others.
///
/// # Panics
///
/// If the program does not build.
#[must_use]
pub fn countersign() -> PathBuf {
    static IS_BUILT: Mutex<bool> = Mutex::new(false);

    let mut is_built = IS_BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_built {
        built().unwrap_or_else(|error| panic!("{error}"));
        *is_built = true;
    }
    let directory = target().unwrap_or_else(|error| panic!("{error}"));
    directory.join("debug/countersign").with_extension(env::consts::EXE_EXTENSION)
}

fn built() -> io::Result<()> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.args(["build", "--quiet", "--offline", "--locked", "-p", "countersign-cli"]);
    cargo.env("CARGO_TARGET_DIR", target()?).env("CARGO_INCREMENTAL", "0");
    let output = cargo.stdout(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("countersign-cli does not build:\n{errors}")))
}
