//! Copies of the examples outside of this workspace, such as a reader makes.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// Returns the program of an example, built from a copy of its folder. The first call of this
/// process copies and builds all examples.
///
/// # Errors
///
/// If a folder cannot be copied, or a copy does not build.
pub(crate) fn built(example: &str) -> io::Result<PathBuf> {
    static IS_BUILT: Mutex<bool> = Mutex::new(false);

    let mut is_built = IS_BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_built {
        let output = cargo("build")?.arg("--bins").stdout(Stdio::null()).output()?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("the copies do not build:\n{errors}")));
        }
        *is_built = true;
    }
    Ok(target()?.join("debug").join(example).with_extension(env::consts::EXE_EXTENSION))
}

/// Copies the folders of all examples, and returns a command that runs cargo on the copies and on
/// their integration tests.
///
/// The copies are a workspace of their own, which uses the lock file and the target directory of
/// this workspace. Nothing is fetched. A dependency is built once for all copies, with the features
/// that any of them uses. `.ci/release` checks each copy by itself.
///
/// # Errors
///
/// If a folder cannot be copied.
pub fn cargo(subcommand: &str) -> io::Result<Command> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    // The folders stay where they are between runs: cargo identifies a package by its path.
    let copies = target()?.join("copies");
    for entry in fs::read_dir(workspace.join("examples"))? {
        let example = entry?;
        if example.file_type()?.is_dir() {
            mirror(&example.path(), &copies.join(example.file_name()))?;
        }
    }
    let mut manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n\n".to_owned();
    // Dependencies without debug information, as in this workspace.
    manifest.push_str("[profile.dev]\ndebug = false\n\n[patch.crates-io]\n");
    for name in [
        "countersign",
        "countersign-console",
        "countersign-nats",
        "countersign-postgres",
        "countersign-redis",
        "countersign-sqlite",
    ] {
        let path = workspace.join("crates").join(name);
        manifest.push_str(&format!("{name} = {{ path = {path:?} }}\n"));
    }
    write(&copies.join("Cargo.toml"), manifest.as_bytes())?;
    write(&copies.join("Cargo.lock"), &fs::read(workspace.join("Cargo.lock"))?)?;

    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&copies).args([subcommand, "--workspace", "--test", "*"]);
    cargo.args(["--quiet", "--offline"]);
    cargo.env("CARGO_TARGET_DIR", target()?).env("CARGO_INCREMENTAL", "0");
    Ok(cargo)
}

/// Makes the folder `to` the same as `from`.
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
        } else {
            write(&copied, &fs::read(&original)?)?;
        }
    }
    Ok(())
}

/// Writes a file, unless it already has this content: a new modification time would make cargo
/// build again. Another process that reads the file gets either the old content or the new one.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let new = path.with_extension(format!("new-{}", process::id()));
    fs::write(&new, content)?;
    fs::rename(new, path)
}

/// Returns the target directory in which the running test was built.
pub(crate) fn target() -> io::Result<PathBuf> {
    let test = env::current_exe()?;
    // `target/debug/deps/test`
    test.ancestors().nth(3).map(Path::to_owned).ok_or_else(|| io::ErrorKind::NotFound.into())
}
