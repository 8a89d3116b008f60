//! Runs it as a user does: starts it, pastes the lines of its page.

use std::{
    error::Error,
    process::{Command, Output},
};

use countersign_tests::{Example, Program, Wire, have, signature};

type Outcome = Result<(), Box<dyn Error>>;

const SECRET: &str = "it's a \"key\" with $HOME, %s `\\ *";

fn example() -> Command {
    let mut command = Command::new(Example("testing-your-handler").program());
    command.env("ADDR", "127.0.0.1:0").env("WEBHOOK_SECRET", SECRET);
    command
}

/// The lines to paste, at the program's address, and the status that each promises.
fn lines_to_paste(program: &Program) -> Vec<(String, String)> {
    let page = Example("testing-your-handler").page();
    let page = page.lines().filter_map(|line| line.strip_prefix("//! "));
    page.filter(|line| line.starts_with("B='"))
        .map(|line| {
            let (line, status) = line.rsplit_once(" # ").unwrap();
            (line.replace("127.0.0.1:3000", &program.addr().to_string()), status.to_owned())
        })
        .collect()
}

fn paste(line: &str) -> Result<String, Box<dyn Error>> {
    let mut shell = Command::new("sh");
    let Output { stdout, .. } = shell.args(["-c", line]).env("WEBHOOK_SECRET", SECRET).output()?;
    Ok(String::from_utf8(stdout)?)
}

#[test]
fn answers_the_lines_of_its_page() -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) {
        return Ok(());
    }
    let program = Program::start(&mut example())?;
    let mut told = Vec::new();
    for (line, status) in lines_to_paste(&program) {
        let answer = paste(&line)?;
        assert_eq!(answer.split(' ').nth(1), Some(&*status), "{line}\n{answer}");
        told.extend(answer.lines().last().map(str::to_owned));
    }
    assert_eq!(
        told,
        [
            "welcome, Zoe, $5",
            "handled before",
            "kept 49 bytes of invoice.sent",
            r#"{"error":"Invalid signature"}"#,
        ]
    );
    Ok(())
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
fn stops_on_either_signal() -> Outcome {
    Ok(countersign_tests::stops_on_either_signal(example)?)
}
