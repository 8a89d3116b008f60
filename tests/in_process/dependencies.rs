//! Crates that the core must not depend on.

use std::{error::Error, process::Command};

#[test]
fn the_core_names_no_framework_and_no_http() -> Result<(), Box<dyn Error>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "-p", "countersign-core", "-e", "normal", "--prefix", "none"])
        .args(["--format", "{p}"])
        .output()?;
    let tree = String::from_utf8(output.stdout)?;
    let names: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"hmac"), "{tree}");
    for name in ["http", "http-body", "tokio", "tower", "axum", "actix-web", "tracing"] {
        assert!(!names.contains(&name), "{name}");
    }
    Ok(())
}
