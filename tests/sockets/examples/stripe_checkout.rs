//! Orders paid with Stripe Checkout, on both frameworks.

use std::{io, path::PathBuf, process::Command};

use countersign_tests::{Example, Program, follow, says_how_to_choose_another_port};

const EXAMPLE: Example = Example("stripe-checkout");

fn axum() -> Command {
    started(EXAMPLE.program())
}

fn actix() -> Command {
    started(EXAMPLE.program().with_file_name("stripe-checkout-actix"))
}

fn started(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    command.env("ADDR", "127.0.0.1:0").env("STRIPE_WEBHOOK_SECRET", "whsec_test");
    command
}

#[test]
fn both_answer_as_the_page_shows() -> io::Result<()> {
    // The page names its file as seen from the root.
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/");
    let page = EXAMPLE.page().replace("=examples/", &format!("={workspace}"));
    for mut command in [axum(), actix()] {
        let program = Program::start(&mut command)?;
        follow(&page, program.addr(), |_, line| panic!("not run: {line}"))?;
    }
    Ok(())
}

#[test]
fn names_what_is_wrong_at_the_start() -> io::Result<()> {
    for mut command in [axum(), actix()] {
        says_how_to_choose_another_port(&mut command)?;
        let output = command.env_remove("STRIPE_WEBHOOK_SECRET").output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains("STRIPE_WEBHOOK_SECRET"), "{error}");
    }
    Ok(())
}
