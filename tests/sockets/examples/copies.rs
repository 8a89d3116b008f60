//! Checks that each example works after its folder was copied.

use std::{
    collections::BTreeMap,
    error::Error,
    fs, io,
    process::{Command, Stdio},
    time::Instant,
};

use countersign_tests::{Example, Program, cargo};
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

fn names() -> io::Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(EXAMPLES)? {
        let entry = entry?;
        // The list of the examples lies beside the folders.
        if entry.file_type()?.is_dir() {
            names.push(&*entry.file_name().into_string().unwrap().leak());
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Starts an example with secrets, and without the store that it may need.
fn run(name: &'static str) -> Outcome {
    let mut command = Example(name).command();
    for secret in [
        "RESPAN_API_KEY",
        "SPEAKNODE_SECRET",
        "BILLING_SECRET",
        "BILLING_EU_SECRET",
        "SLACK_SIGNING_SECRET",
        "ZOOM_SECRET_TOKEN",
        "DROPBOX_APP_SECRET",
        "GITHUB_SECRET",
        "STRIPE_WEBHOOK_SECRET",
    ] {
        command.env(secret, "secret");
    }
    command.env_remove("DATABASE_URL").env_remove("NATS_URL").env_remove("REDIS_URL");
    if name == "idempotency-redis" {
        command.env("REDIS_URL", "redis://127.0.0.1:1");
    }
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    let complaint = match name {
        "exactly-once-postgres" | "inbox-postgres" | "multi-tenant" => "DATABASE_URL",
        "idempotency-redis" => "store failed",
        "inbox-nats" => "NATS_URL",
        "lambda" => "AWS_LAMBDA",
        _ => return Ok(Program::start(&mut command).map(drop)?),
    };
    let output = command.output()?;
    let error = String::from_utf8(output.stderr)?;
    assert!(!output.status.success() && error.contains(complaint), "{name}: {error}");
    Ok(())
}

#[test]
fn each_builds_and_runs() -> Outcome {
    for name in names()? {
        let start = Instant::now();
        run(name).map_err(|error| format!("{name}: {error}"))?;
        println!("{name}: {:.1} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}

#[test]
fn the_tests_in_copied_folders_pass() -> Outcome {
    let output = cargo("test")?.output()?;
    let report = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(report.matches("5 passed").count(), 2, "{report}");
    Ok(())
}

#[test]
fn manifests_are_plain_and_have_the_versions_of_this_workspace() -> Outcome {
    let metadata = ["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(metadata).stderr(Stdio::inherit()).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let examples = fs::canonicalize(EXAMPLES)?;
    let (copied, members): (Vec<_>, Vec<_>) =
        metadata["packages"].as_array().unwrap().iter().partition(|package| {
            fs::canonicalize(package["manifest_path"].as_str().unwrap())
                .is_ok_and(|path| path.starts_with(&examples))
        });
    assert_eq!(copied.len(), names()?.len());

    let mut versions = BTreeMap::new();
    for package in &members {
        versions.insert(package["name"].as_str(), format!("^{}", text(&package["version"])));
    }
    for dependency in members.iter().chain(&copied).flat_map(|package| dependencies(package)) {
        let version = text(&dependency["req"]).to_owned();
        versions.entry(dependency["name"].as_str()).or_insert(version);
    }
    for package in copied {
        let name = text(&package["name"]);
        for (key, value) in [("version", "0.1.0"), ("edition", "2024")] {
            assert_eq!(text(&package[key]), value, "{name}: {key}");
        }
        assert_eq!(package["publish"], Value::Array(Vec::new()), "{name}: publish");
        let manifest = fs::read_to_string(text(&package["manifest_path"]))?;
        assert!(!manifest.contains("workspace"), "{name} inherits from this workspace");
        for dependency in dependencies(package) {
            assert!(dependency.get("path").is_none(), "{name}: {dependency}");
            let version = &versions[&dependency["name"].as_str()];
            assert_eq!(text(&dependency["req"]), version, "{name}: {}", dependency["name"]);
        }
    }
    Ok(())
}

fn dependencies(package: &Value) -> &[Value] {
    package["dependencies"].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
