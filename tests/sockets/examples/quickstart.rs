//! Runs it as a user does: starts it, pastes what it prints.

use std::{
    error::Error,
    io,
    process::{Command, Output},
};

use countersign_tests::{Example, Program, Wire, have, signature};

type Outcome = Result<(), Box<dyn Error>>;

fn quickstart() -> Command {
    let mut command = Command::new(Example("quickstart").program());
    command.env("ADDR", "127.0.0.1:0");
    for variable in ["RESPAN_API_KEY", "WEBHOOK_SECRET", "SPEAKNODE_SECRET"] {
        command.env_remove(variable);
    }
    command
}

/// The eight lines to paste.
fn pasteable(program: &mut Program) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    while lines.len() < 8 {
        lines.extend(Some(program.line()?).filter(|line| line.starts_with("B='")));
    }
    program.line()?;
    Ok(lines)
}

fn paste(line: &str, environment: &[(&str, &str)]) -> io::Result<Output> {
    Command::new("sh").args(["-c", line]).envs(environment.iter().copied()).output()
}

fn paste_all(command: &mut Command, environment: &[(&str, &str)]) -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) {
        return Ok(());
    }
    let mut program = Program::start(command)?;
    let lines = pasteable(&mut program)?;
    let mut told = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let answer = String::from_utf8(paste(line, environment)?.stdout)?;
        let expected = if index % 2 == 0 { "HTTP/1.1 200 OK" } else { "HTTP/1.1 401 Unauthorized" };
        assert_eq!(answer.lines().next(), Some(expected), "{line}");
        told.push(program.line()?);
    }
    assert_eq!(
        told,
        [
            "respan: type -, id -: accepted",
            "respan: refused with 401: the body was not signed with any of the secrets",
            "objects: type resource.updated, id evt_1: accepted",
            "objects: refused with 401: the body was not signed with any of the secrets",
            "flat: type user.created, id evt_2: accepted",
            "flat: refused with 401: the body was not signed with any of the secrets",
            "speaknode: type SessionStarted, id -: accepted",
            "speaknode: refused with 401: the body was not signed with any of the secrets",
        ]
    );
    for (_, secret) in environment {
        assert!(!lines.concat().contains(secret), "a secret of the environment was printed");
    }
    Ok(())
}

#[test]
fn answers_the_lines_it_prints() -> Outcome {
    paste_all(&mut quickstart(), &[])
}

#[test]
fn answers_the_lines_it_prints_with_secrets_from_the_environment() -> Outcome {
    let environment = [
        ("RESPAN_API_KEY", "it's a \"key\" with $HOME"),
        ("WEBHOOK_SECRET", "whsec_abc123"),
        ("SPEAKNODE_SECRET", "%s `\\ *"),
    ];
    paste_all(quickstart().envs(environment), &environment)
}

#[test]
fn keeps_each_delivery_on_one_line() -> Outcome {
    let mut program = Program::start(quickstart().env("WEBHOOK_SECRET", "secret"))?;
    pasteable(&mut program)?;
    let body = "{\"id\":\"\\u0000\\n\\u202e\",\"type\":\"a\\r\\nb\",\"data\":1}";
    let reply = Wire::connect(program.addr())?.exchange(format!(
        "POST /webhooks/flat HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
        signature("secret", body),
        body.len()
    ))?;
    assert_eq!((reply.status, reply.text()), (200, r#"{"status":"received"}"#));
    assert_eq!(program.line()?, r"flat: type a\r\nb, id \0\n\u{202e}: accepted");
    Ok(())
}

#[test]
fn says_how_to_choose_another_port() -> Outcome {
    Ok(countersign_tests::says_how_to_choose_another_port(&mut quickstart())?)
}

#[test]
fn names_the_variable_of_a_bad_secret() -> Outcome {
    for (secret, complaint) in [("", "the secret is empty"), ("x ", "white space around it")] {
        let output = quickstart().env("SPEAKNODE_SECRET", secret).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(error.contains("SPEAKNODE_SECRET") && error.contains(complaint), "{error}");
    }
    Ok(())
}

#[test]
fn stops_on_either_signal() -> Outcome {
    Ok(countersign_tests::stops_on_either_signal(quickstart)?)
}

/// Sends so many MiB without a signature, until the server hangs up. Returns the MiB that were
/// sent.
fn upload(program: &Program, mebibytes: usize, chunked: bool) -> io::Result<usize> {
    let mut wire = Wire::connect(program.addr())?;
    let length = match chunked {
        true => "Transfer-Encoding: chunked".to_owned(),
        false => format!("Content-Length: {}", mebibytes << 20),
    };
    wire.send(format!("POST /webhooks/flat HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n"))?;
    let mebibyte = match chunked {
        true => [&b"100000\r\n"[..], &vec![b'x'; 1 << 20], b"\r\n"].concat(),
        false => vec![b'x'; 1 << 20],
    };
    let sent = (0..mebibytes).take_while(|_| wire.send(&mebibyte).is_ok()).count();
    match wire.reply() {
        Ok(reply) => assert_eq!((reply.status, reply.header("connection")), (401, Some("close"))),
        // The answer can be lost to a reset, but only if the server hung up.
        Err(error) => assert!(sent < mebibytes, "{error}"),
    }
    Ok(sent)
}

#[test]
fn buffers_nothing_of_a_large_upload_without_a_signature() -> Outcome {
    let program = Program::start(&mut quickstart())?;
    for chunked in [true, false] {
        // What a first request costs is not what a large one costs.
        for _ in 0..8 {
            assert_eq!(upload(&program, 10, chunked)?, 10);
        }
        let before = program.memory("VmHWM")?;
        // Up to 16 MiB are read and dropped, so that the answer arrives.
        assert!(upload(&program, 100, chunked)? < 100, "all of it was taken");
        let grown = program.memory("VmHWM")?.saturating_sub(before);
        assert!(grown < 1024, "grew by {grown} KiB");
    }
    Ok(())
}
