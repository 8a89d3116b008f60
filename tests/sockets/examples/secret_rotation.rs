//! Runs the example as a user does: starts it, pastes the lines of its page, and rotates its
//! secrets.

use std::{error::Error, fs, path::PathBuf, process::Command};

use countersign_tests::{Example, Program, Wire, follow, signature};

type Outcome = Result<(), Box<dyn Error>>;

const CURRENT: &str = "it's a \"key\" with $HOME, %s `\\ *";
const PREVIOUS: &str = "whsec_old";
const SECRETS: [(&str, &str); 2] =
    [("WEBHOOK_SECRET", CURRENT), ("WEBHOOK_SECRET_PREVIOUS", PREVIOUS)];

const BODY: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}"#;

fn example() -> Command {
    let mut command = Command::new(Example("secret-rotation").program());
    command.env("ADDR", "127.0.0.1:0").env_remove("SECRETS_FILE").envs(SECRETS);
    command
}

/// Starts a program whose secrets are in a file with this text.
fn with_file(name: &str, secrets: &str) -> Result<(Program, PathBuf), Box<dyn Error>> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, secrets)?;
    let mut program = Program::start(example().env("SECRETS_FILE", &path))?;
    let hint = program.line()?;
    assert!(hint.starts_with("kill -HUP ") && hint.ends_with(" reads the secrets again"), "{hint}");
    Ok((program, path))
}

/// Rewrites the file, sends SIGHUP, and returns the line that the program prints.
fn rotate(program: &mut Program, path: &PathBuf, secrets: &[u8]) -> Result<String, Box<dyn Error>> {
    fs::write(path, secrets)?;
    program.signal("HUP")?;
    Ok(program.line()?)
}

/// Sends a delivery signed with this secret, and returns the status of the answer.
fn deliver(program: &Program, secret: &str) -> Result<u16, Box<dyn Error>> {
    let reply = Wire::connect(program.addr())?.exchange(format!(
        "POST /webhooks HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\n\
         Content-Length: {}\r\n\r\n{BODY}",
        signature(secret, BODY),
        BODY.len()
    ))?;
    Ok(reply.status)
}

/// Asserts the index of the secret that matches a delivery: 0 is the current secret.
fn assert_accepts(program: &mut Program, secret: &str, index: usize) -> Outcome {
    assert_eq!(deliver(program, secret)?, 200, "{secret}");
    let age = if index == 0 { "current" } else { "retired" };
    let line = format!("user.created, id evt_1: secret {index} ({age})");
    assert_eq!(program.line()?, line, "{secret}");
    Ok(())
}

#[test]
fn answers_as_its_page_shows() -> Outcome {
    let mut command = example();
    command.envs([("WEBHOOK_SECRET", "whsec_new"), ("WEBHOOK_SECRET_PREVIOUS", "whsec_old")]);
    let mut program = Program::start(&mut command)?;
    let page = Example("secret-rotation").page();
    follow(&page, program.addr(), |_, line| panic!("not run: {line}"))?;
    assert_eq!(program.line()?, "user.created, id evt_1: secret 0 (current)");
    assert_eq!(program.line()?, "user.created, id evt_1: secret 1 (retired)");
    Ok(())
}

#[test]
fn replaces_its_secrets_while_it_runs() -> Outcome {
    let (mut program, path) = with_file("rotated", "one\n")?;
    assert_accepts(&mut program, "one", 0)?;
    assert_eq!(deliver(&program, "two")?, 401);
    assert_eq!(deliver(&program, CURRENT)?, 401, "the environment does not count");

    assert_eq!(rotate(&mut program, &path, b"two\none\n")?, "SIGHUP: secrets in force: 2");
    assert_accepts(&mut program, "two", 0)?;
    assert_accepts(&mut program, "one", 1)?;

    let line = rotate(&mut program, &path, b"five\r\nfour\r\nthree\r\ntwo")?;
    assert_eq!(line, "SIGHUP: secrets in force: 4");
    for (index, secret) in ["five", "four", "three", "two"].into_iter().enumerate() {
        assert_accepts(&mut program, secret, index)?;
    }
    assert_eq!(deliver(&program, "one")?, 401);

    assert_eq!(rotate(&mut program, &path, b"five")?, "SIGHUP: secrets in force: 1");
    assert_accepts(&mut program, "five", 0)?;
    assert_eq!(deliver(&program, "four")?, 401);
    Ok(())
}

#[test]
fn keeps_the_former_secrets_where_the_file_is_bad() -> Outcome {
    let (mut program, path) = with_file("bad", "new\nold\n")?;
    for (secrets, complaint) in [
        (&b""[..], "it is empty"),
        (b"\n", "line 1: the secret is empty"),
        (b"hush\n\nold\n", "line 2: the secret is empty"),
        (b"hush \n", "line 1: the secret has white space around it"),
        (b"hush\n1\n2\n3\n4\n", "more than 3 retired secrets"),
        (b"hush\xff\n", "stream did not contain valid UTF-8"),
    ] {
        let line = rotate(&mut program, &path, secrets)?;
        assert!(line.starts_with("SIGHUP: the former secrets stay in force: SECRETS_FILE="));
        assert!(line.ends_with(complaint), "{line}");
        assert!(!line.contains("hush"), "{line}");
        assert_accepts(&mut program, "new", 0)?;
        assert_accepts(&mut program, "old", 1)?;
        assert_eq!(deliver(&program, "hush")?, 401);
    }

    fs::remove_file(&path)?;
    program.signal("HUP")?;
    let line = program.line()?;
    assert!(line.contains("stay in force") && line.contains("No such file"), "{line}");
    assert_accepts(&mut program, "new", 0)
}

#[test]
fn says_that_the_environment_cannot_be_read_again() -> Outcome {
    let mut program = Program::start(&mut example())?;
    program.signal("HUP")?;
    assert_eq!(
        program.line()?,
        "SIGHUP: the former secrets stay in force: SECRETS_FILE was not set at the start"
    );
    assert_accepts(&mut program, CURRENT, 0)?;
    assert_accepts(&mut program, PREVIOUS, 1)
}

#[test]
fn does_without_a_previous_secret_and_not_without_a_current_one() -> Outcome {
    let mut program = Program::start(example().env_remove("WEBHOOK_SECRET_PREVIOUS"))?;
    assert_accepts(&mut program, CURRENT, 0)?;
    assert_eq!(deliver(&program, PREVIOUS)?, 401);

    for (command, complaint) in [
        (example().env_remove("WEBHOOK_SECRET"), "variable WEBHOOK_SECRET: not set"),
        (example().env("WEBHOOK_SECRET_PREVIOUS", ""), "_PREVIOUS: the secret is empty"),
        (example().env("SECRETS_FILE", "no/such/file"), "SECRETS_FILE=no/such/file"),
    ] {
        let output = command.output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(error.contains(complaint), "{error}");
    }
    Ok(())
}

#[test]
fn says_how_to_choose_another_port() -> Outcome {
    Ok(countersign_tests::says_how_to_choose_another_port(&mut example())?)
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    Ok(countersign_tests::stops_on(&["INT"], example)?)
}
