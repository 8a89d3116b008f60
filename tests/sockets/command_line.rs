//! Runs the commands on the guide's pages of the command line.

use std::{error::Error, path::Path, process::Command};

use countersign_tests::{countersign, have};

#[test]
fn has_the_output_of_real_runs_on_its_pages() -> Result<(), Box<dyn Error>> {
    if !have("python3", ["--version"]) || !have("curl", ["--version"]) {
        return Ok(());
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/command_line");
    let mut python = Command::new("python3");
    python.arg(script).arg("--check").env("COUNTERSIGN", countersign());
    let output = python.output()?;
    let difference = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{difference}{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
