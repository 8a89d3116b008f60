//! Compares this project with the providers' own libraries, from npm and PyPI. Each side must
//! accept the deliveries that the other side signs, and both must reject the ones that were
//! tampered with. Each difference is listed, with a note on which side is right. A difference that
//! is not listed fails the test, and so does a listed one that is gone.
//!
//! The libraries read the real clock, and so does our side here.

mod bodies;
mod check;
mod command;
mod differences;
mod driver;
mod ed25519;
mod install;
mod make;
mod providers;
mod rows;
mod shape;
mod zoom;

use std::{
    error::Error,
    io::{Write, stderr},
};

use check::{Difference, Report};
use differences::{DIFFERENCES, Group, Listed};
use driver::{Driver, Verdict};
use shape::{Delivery, Said, Shape};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[test]
fn we_and_the_providers_libraries_agree() -> Outcome {
    let mut reports = Vec::new();
    if let Some(mut npm) = install::npm()? {
        reports.extend(providers::npm(&mut npm)?);
    }
    if let Some(mut pypi) = install::pypi()? {
        reports.extend(providers::pypi(&mut pypi)?);
    }
    reports.sort_by_key(|report| report.provider);
    print(&reports)?;

    let mut faults = Vec::new();
    for Report { provider, library, differences, faults: ours, .. } in &reports {
        faults.extend(ours.iter().map(|fault| format!("{provider}, {library}: {fault}")));
        for found in differences {
            if !is_listed(library, found) {
                let Difference { case, we_accept, text } = found;
                faults.push(format!("not listed: {library}: {case} ({we_accept}, {text:?})"));
            }
        }
        let groups = DIFFERENCES.iter().flat_map(|listed| listed.groups);
        for case in groups.filter(|group| is_in(library, group)).flat_map(|group| group.cases) {
            if !differences.iter().any(|found| found.case == *case) {
                faults.push(format!("listed, and no longer so: {library}: {case}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    Ok(())
}

/// Prints the results, also if the test passes.
fn print(reports: &[Report]) -> Outcome {
    let mut out = stderr().lock();
    writeln!(
        out,
        "\n{:<27}{:<44}{:>12}{:>10}{:>14}{:>15}{:>10}",
        "provider",
        "library",
        "they signed",
        "we signed",
        "both refused",
        "both accepted",
        "differing",
    )?;
    for report in reports {
        writeln!(
            out,
            "{:<27}{:<44}{:>12}{:>10}{:>14}{:>15}{:>10}",
            report.provider,
            format!("{} {}", report.library, report.version),
            report.they_signed,
            report.we_signed,
            report.refused,
            report.accepted,
            report.differences.len(),
        )?;
    }
    for Listed { why, we_accept, right, groups } in DIFFERENCES {
        let (we, they) = if *we_accept { ("accept", "refuse") } else { ("refuse", "accept") };
        writeln!(out, "\nWe {we}, they {they}. Right: {right:?}. Their library {why}")?;
        for Group { cases, libraries } in *groups {
            writeln!(out, "  - {}: {}", libraries.join(", "), cases.join("; "))?;
        }
    }
    Ok(())
}

/// Returns whether this difference of a library is listed.
fn is_listed(library: &str, found: &Difference) -> bool {
    let ours = DIFFERENCES.iter().filter(|listed| listed.we_accept == found.we_accept);
    let mut groups = ours.flat_map(|listed| listed.groups);
    groups.any(|group| is_in(library, group) && group.cases.contains(&&*found.case))
}

fn is_in(library: &str, group: &Group) -> bool {
    group.libraries.contains(&library)
}
