//! Copies of the examples, outside of this workspace, as readers make them.

use std::{
    collections::HashMap,
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{LazyLock, Mutex, PoisonError},
};

/// Copies an example's folder, builds the copy, and returns the program. Later calls of this
/// process return the same program.
///
/// # Errors
///
/// If the folder cannot be copied, or the copy does not build.
pub(crate) fn built(example: &'static str) -> io::Result<PathBuf> {
    static BUILT: LazyLock<Mutex<HashMap<&str, PathBuf>>> = LazyLock::new(Mutex::default);

    // The lock is held while cargo builds: builds in one target directory wait for each other
    // anyway.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(program) = built.get(example) {
        return Ok(program.clone());
    }
    let output = cargo(example, "build")?.stdout(Stdio::null()).output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!("the copy of {example} does not build:\n{errors}")));
    }
    let program = target()?.join("debug").join(example).with_extension(env::consts::EXE_EXTENSION);
    built.insert(example, program.clone());
    Ok(program)
}

/// Copies an example's folder, and returns a command that runs cargo in the copy.
///
/// The copy has the versions of this workspace's lock file and shares its target directory, so that
/// nothing is fetched, and a dependency is built once for all copies that use the same features.
///
/// # Errors
///
/// If the folder cannot be copied.
pub fn cargo(example: &str, subcommand: &str) -> io::Result<Command> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    // The folder stays where it is between runs: cargo identifies a package by its path.
    let copy = target()?.join("copies").join(example);
    mirror(&workspace.join("examples").join(example), &copy)?;
    fs::copy(workspace.join("Cargo.lock"), copy.join("Cargo.lock"))?;

    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&copy).args([subcommand, "--quiet", "--offline"]);
    for name in ["countersign", "countersign-postgres", "countersign-redis"] {
        let path = workspace.join("crates").join(name);
        cargo.arg("--config").arg(format!("patch.crates-io.{name}.path={path:?}"));
    }
    // Dependencies without debug information, as in this workspace.
    cargo.args(["--config", "profile.dev.debug=false"]);
    cargo.args(["--config", r#"profile.dev.package."*".debug=false"#]);
    cargo.env("CARGO_TARGET_DIR", target()?).env("CARGO_INCREMENTAL", "0");
    Ok(cargo)
}

/// Makes `to` the same as `from`. Does not write a file that is already the same: its time would
/// change, and cargo would build again.
fn mirror(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let copied = entry?;
        let original = from.join(copied.file_name());
        if copied.path().is_dir() && !original.is_dir() {
            fs::remove_dir_all(copied.path())?;
        } else if copied.path().is_file() && !original.is_file() {
            fs::remove_file(copied.path())?;
        }
    }
    for entry in fs::read_dir(from)? {
        let (original, copied) = {
            let entry = entry?;
            (entry.path(), to.join(entry.file_name()))
        };
        if original.is_dir() {
            mirror(&original, &copied)?;
        } else if fs::read(&original)? != fs::read(&copied).unwrap_or_default() {
            fs::copy(&original, &copied)?;
        }
    }
    Ok(())
}

/// The directory in which the running test was built.
fn target() -> io::Result<PathBuf> {
    let test = env::current_exe()?;
    // `target/debug/deps/test`
    test.ancestors().nth(3).map(Path::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into())
}
