//! Installs the libraries into `target/official/`, once for each set of pins.

use std::{
    env,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use countersign_tests::{have, skip};

use crate::{Driver, Outcome};

const NODE: [(&str, &str); 2] = [
    ("package.json", include_str!("package.json")),
    ("package-lock.json", include_str!("package-lock.json")),
];
const PYTHON: [(&str, &str); 1] = [("requirements.txt", include_str!("requirements.txt"))];

/// Returns the driver of the npm packages, or `None` if they are not available.
pub(crate) fn npm() -> Outcome<Option<Driver>> {
    if !have("node", ["--version"]) || !have("npm", ["--version"]) {
        return Ok(None);
    }
    let folder = folder("npm")?;
    let _lock = lock(&folder)?;
    let install = |folder: &Path| {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm").args(arguments).current_dir(folder))
    };
    if !is_installed(&folder, &NODE, install)? {
        return Ok(None);
    }
    let script = folder.join("driver.mjs");
    write(&script, include_str!("driver.mjs"))?;
    Driver::start("npm", Command::new("node").arg(script)).map(Some)
}

/// Returns the driver of the PyPI packages, or `None` if they are not available.
pub(crate) fn pypi() -> Outcome<Option<Driver>> {
    if !have("python3", ["-m", "venv", "--help"]) {
        return Ok(None);
    }
    let folder = folder("pypi")?;
    let _lock = lock(&folder)?;
    let python = folder.join("venv/bin/python");
    let install = |folder: &Path| {
        run(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(folder))
            && run(Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "-r", "requirements.txt"])
                .current_dir(folder))
    };
    if !is_installed(&folder, &PYTHON, install)? {
        return Ok(None);
    }
    let script = folder.join("driver.py");
    write(&script, include_str!("driver.py"))?;
    Driver::start("pypi", Command::new(&python).arg(script)).map(Some)
}

fn folder(name: &str) -> Outcome<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or("no target directory")?;
    let folder = target.join("official").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Locks the folder: one test installs, and the others wait for it. They may be threads or
/// processes.
fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}

/// Writes the file only if its text differs, because another test's driver may be reading it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    fs::write(path, text)
}

/// Returns whether the libraries are installed, from an earlier run with the same pins or by this
/// call. Fetches them only with `FETCH_PACKAGES=true`. With `CI=true`, missing libraries fail the
/// test.
fn is_installed(
    folder: &Path,
    pins: &[(&str, &str)],
    install: impl Fn(&Path) -> bool,
) -> Outcome<bool> {
    let stamp = folder.join("installed");
    let wanted: String = pins.iter().map(|(_, pin)| *pin).collect();
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(true);
    }
    if env::var("FETCH_PACKAGES").as_deref() != Ok("true") {
        skip("it fetches packages (600 MB in all), which needs FETCH_PACKAGES=true");
        return Ok(false);
    }
    // The stamp is removed first, because the installation replaces the libraries.
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    for (name, pin) in pins {
        fs::write(folder.join(name), pin)?;
    }
    if install(folder) {
        fs::write(stamp, wanted)?;
        return Ok(true);
    }
    skip(&format!("cannot install into {}", folder.display()));
    Ok(false)
}

fn run(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}
