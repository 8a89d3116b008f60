//! Installs Express and Flask into `target/manuals/`, once for each set of pins.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use countersign_tests::{have, skip};

/// Returns the folder of the receiver in Express, or `None` if it is not available.
pub(super) fn express() -> Option<PathBuf> {
    let pins = [
        ("package.json", include_str!("package.json")),
        ("package-lock.json", include_str!("package-lock.json")),
    ];
    if !have("node", ["--version"]) || !have("npm", ["--version"]) {
        return None;
    }
    installed("express", &pins, ("express.mjs", include_str!("express.mjs")), |folder| {
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(Command::new("npm").args(arguments).current_dir(folder))
    })
}

/// Returns the folder of the receiver in Flask, or `None` if it is not available.
pub(super) fn flask() -> Option<PathBuf> {
    let pins = [("requirements.txt", include_str!("requirements.txt"))];
    if !have("python3", ["-m", "venv", "--help"]) {
        return None;
    }
    installed("flask", &pins, ("receiver.py", include_str!("receiver.py")), |folder| {
        let arguments = ["-m", "pip", "install", "--quiet", "-r", "requirements.txt"];
        run(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(folder))
            && run(Command::new(folder.join("venv/bin/python")).args(arguments).current_dir(folder))
    })
}

/// Returns the folder, if the libraries are installed from an earlier run with the same pins or by
/// this call. Fetches them only with `FETCH_PACKAGES=true`.
fn installed(
    name: &str,
    pins: &[(&str, &str)],
    (script, text): (&str, &str),
    install: impl Fn(&Path) -> bool,
) -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("manuals").join(name);
    fs::create_dir_all(&folder).unwrap();
    // Another process may be installing.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    fs::write(folder.join(script), text).unwrap();
    let stamp = folder.join("installed");
    let wanted: String = pins.iter().map(|(_, pin)| *pin).collect();
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Some(folder);
    }
    if env::var("FETCH_PACKAGES").as_deref() != Ok("true") {
        skip("it fetches packages (10 MB), which needs FETCH_PACKAGES=true");
        return None;
    }
    for (name, pin) in pins {
        fs::write(folder.join(name), pin).unwrap();
    }
    if install(&folder) {
        fs::write(stamp, wanted).unwrap();
        return Some(folder);
    }
    skip(&format!("cannot install into {}", folder.display()));
    None
}

fn run(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).status().is_ok_and(|status| status.success())
}
