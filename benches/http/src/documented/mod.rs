//! Receivers as manuals show them, installed at run time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use countersign_bench::{SECRET, target};

use crate::Outcome;

/// Packages to install. They are pinned, so that figures can be compared.
const EXPRESS: &str = "express@5.3.0";
const FLASK: [&str; 2] = ["flask==3.1.3", "gunicorn==27.0.1"];

/// Sets up Express on Node, in one process.
pub(crate) fn express(command: &mut Command, port: u16) -> Outcome<()> {
    let folder = folder("express")?;
    install(&folder, EXPRESS, |folder| {
        let arguments = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
        run(Command::new("npm").args(arguments).arg(EXPRESS).current_dir(folder))
    })?;
    let script = folder.join("receiver.mjs");
    fs::write(&script, include_str!("receiver.mjs"))?;
    command.arg("node").arg(script);
    command
        .env("PORT", port.to_string())
        .env("WEBHOOK_SECRET", SECRET)
        .env("NODE_ENV", "production");
    Ok(())
}

/// Sets up Flask on Python, in two processes behind gunicorn's master.
pub(crate) fn flask(command: &mut Command, port: u16) -> Outcome<()> {
    let folder = folder("flask")?;
    install(&folder, &FLASK.join(" "), |folder| {
        let python = folder.join("venv/bin/python");
        run(Command::new("python3").args(["-m", "venv", "--clear", "venv"]).current_dir(folder))
            && run(Command::new(python).args(["-m", "pip", "install", "--quiet"]).args(FLASK))
    })?;
    fs::write(folder.join("receiver.py"), include_str!("receiver.py"))?;
    command.arg(folder.join("venv/bin/gunicorn"));
    command.args([
        "--workers",
        "2",
        "--log-level",
        "error",
        "--bind",
        &format!("127.0.0.1:{port}"),
    ]);
    command.arg("receiver:app").current_dir(folder).env("WEBHOOK_SECRET", SECRET);
    Ok(())
}

fn folder(name: &str) -> Outcome<PathBuf> {
    let folder = target().join("http-bench").join(name);
    fs::create_dir_all(&folder)?;
    Ok(folder.canonicalize()?)
}

/// Installs the packages once for each set of pins.
fn install(folder: &Path, pins: &str, install: impl Fn(&Path) -> bool) -> Outcome<()> {
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pins) {
        return Ok(());
    }
    if !install(folder) {
        return Err(format!("cannot install {pins}").into());
    }
    Ok(fs::write(stamp, pins)?)
}

fn run(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
