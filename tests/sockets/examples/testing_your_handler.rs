//! Runs the program. The tests of its handlers are in the example's own package.

use std::{error::Error, process::Command};

use countersign_tests::{Example, Program, Wire, signature};

type Outcome = Result<(), Box<dyn Error>>;

const SECRET: &str = "it's a \"key\" with $HOME, %s `\\ *";

fn example() -> Command {
    let mut command = Command::new(Example("testing-your-handler").program());
    command.env("ADDR", "127.0.0.1:0").env("WEBHOOK_SECRET", SECRET);
    command
}

#[test]
fn answers_as_its_page_shows() -> Outcome {
    Ok(Example("testing-your-handler").keeps_the_promises_of_its_page()?)
}

#[test]
fn answers_over_a_socket() -> Outcome {
    let program = Program::start(&mut example())?;
    let mut wire = Wire::connect(program.addr())?;
    let body = r#"{"id":"evt_1","type":"user.deleted","data":{"id":"u_1"}}"#;
    for (signature, status, text) in [
        (signature(SECRET, body), 200, "nothing to do for user.deleted"),
        ("0".repeat(64), 401, r#"{"error":"Invalid signature"}"#),
    ] {
        let reply = wire.exchange(format!(
            "POST /webhooks HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {signature}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        ))?;
        assert_eq!((reply.status, reply.text()), (status, text));
    }
    Ok(())
}

#[test]
fn says_how_to_choose_another_port() -> Outcome {
    Ok(countersign_tests::says_how_to_choose_another_port(&mut example())?)
}

#[test]
fn names_the_variable_of_a_missing_secret() -> Outcome {
    let output = example().env_remove("WEBHOOK_SECRET").output()?;
    let error = String::from_utf8(output.stderr)?;
    assert!(!output.status.success());
    assert!(error.contains("WEBHOOK_SECRET: not set"), "{error}");
    Ok(())
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    Ok(countersign_tests::stops_on(&["INT"], example)?)
}
