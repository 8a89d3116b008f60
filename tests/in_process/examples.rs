//! Code that is copied from one example to the next.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::fs;

#[test]
fn all_stop_in_the_same_way() {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    let quickstart = fs::read_to_string(format!("{examples}/quickstart/src/stop.rs")).unwrap();
    for example in fs::read_dir(examples).unwrap() {
        let path = example.unwrap().path().join("src/stop.rs");
        if let Ok(stop) = fs::read_to_string(&path) {
            assert!(stop == quickstart, "{} differs from the quickstart's", path.display());
        }
    }
}
