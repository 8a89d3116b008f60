//! The README and the files that it links to.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{fs, path::Path, process::Command};

use countersign_tests::have;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn read(path: &str) -> String {
    fs::read_to_string(format!("{ROOT}/{path}")).unwrap()
}

/// Returns the names of the modules of providers.
fn providers() -> Vec<String> {
    let modules = read("crates/countersign-core/src/providers/mod.rs");
    let names = modules.lines().filter_map(|line| line.strip_prefix("pub mod "));
    names.map(|name| name.trim_end_matches(';').to_owned()).collect()
}

/// Returns the targets of the links of a page.
fn links(page: &str) -> Vec<&str> {
    page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link).collect()
}

#[test]
fn the_readme_is_short_and_has_no_hidden_lines() {
    let readme = read("README.md");
    assert!(readme.lines().count() <= 150);
    // A forge shows the lines that rustdoc hides.
    let mut is_rust = false;
    for line in readme.lines() {
        if let Some(language) = line.strip_prefix("```") {
            is_rust = language.starts_with("rust");
        }
        assert!(!is_rust || (line != "#" && !line.starts_with("# ")), "{line}");
    }
}

#[test]
fn the_readme_and_the_table_have_every_provider() {
    let (readme, table) =
        (read("README.md"), read("crates/countersign-core/src/providers/table.md"));
    let providers = providers();
    assert!(readme.contains(&format!("\n{} providers are included:\n", providers.len())));
    for provider in &providers {
        assert!(readme.contains(&format!("/providers/{provider}/index.html)")), "{provider}");
    }
    let rows = table.lines().filter(|line| line.starts_with("| [`") || line.starts_with("| `"));
    assert_eq!(rows.count(), providers.len());
}

#[test]
fn the_examples_of_every_provider_are_run() {
    let pages = read("tests/src/provider_pages.rs");
    for provider in providers() {
        let is_run =
            ["", "/page"].iter().any(|end| pages.contains(&format!("\"{provider}{end}\"")));
        assert!(is_run, "{provider}");
    }
}

#[test]
fn links_to_files_lead_to_files() {
    let pages = [
        "ARCHITECTURE.md",
        "BENCHMARKS.md",
        "COMPARE.md",
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "examples/README.md",
    ];
    for page in pages {
        let folder = Path::new(page).parent().unwrap().display().to_string();
        for link in links(&read(page)).into_iter().filter(|link| !link.starts_with("https://")) {
            let file = link.split('#').next().unwrap();
            let path = format!("{ROOT}/{folder}/{file}");
            assert!(Path::new(&path).exists(), "{page} links to {link}");
        }
    }
}

#[test]
fn every_example_is_listed() {
    let page = read("examples/README.md");
    for example in fs::read_dir(format!("{ROOT}/examples")).unwrap().map(Result::unwrap) {
        let name = example.file_name().into_string().unwrap();
        let is_package = example.path().join("Cargo.toml").exists();
        assert!(!is_package || page.contains(&format!("[`{name}`]({name})")), "{name}");
    }
}

#[test]
fn the_picture_is_the_one_that_the_script_draws() {
    if !have("python3", ["--version"]) {
        return;
    }
    let folder = std::env::temp_dir().join(format!("countersign-path-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let script = folder.join("path.py");
    fs::copy(format!("{ROOT}/docs/path.py"), &script).unwrap();
    assert!(Command::new("python3").arg(script).status().unwrap().success());
    let drawn = fs::read_to_string(folder.join("path.svg")).unwrap();
    fs::remove_dir_all(folder).unwrap();
    assert!(drawn == read("docs/path.svg"), "run python3 docs/path.py");
}
