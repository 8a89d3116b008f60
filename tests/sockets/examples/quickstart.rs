//! The quickstart: its script, its lines, and large uploads.

use std::{
    error::Error,
    fs, io,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use countersign_tests::{Example, Program, Wire, have, signature};

type Outcome = Result<(), Box<dyn Error>>;

/// The quickstart in a directory of its own, in which it writes its script.
fn quickstart_in(directory: &str) -> io::Result<(Command, PathBuf)> {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(directory);
    fs::create_dir_all(&directory)?;
    let mut command = quickstart();
    command.current_dir(&directory);
    Ok((command, directory))
}

fn quickstart() -> Command {
    let mut command = Command::new(Example("quickstart").program());
    command.env("ADDR", "127.0.0.1:0").current_dir(env!("CARGO_TARGET_TMPDIR"));
    for variable in ["RESPAN_API_KEY", "WEBHOOK_SECRET", "SPEAKNODE_SECRET"] {
        command.env_remove(variable);
    }
    command
}

/// Reads the lines that are printed at the start.
fn read_hint(program: &mut Program, lines: usize) -> io::Result<Vec<String>> {
    (0..lines).map(|_| program.line()).collect()
}

/// A line of the quickstart without its time and duration.
fn line(program: &mut Program) -> io::Result<String> {
    let line = program.line()?;
    assert!(line.chars().count() <= 80, "longer than 80 columns: {line}");
    let words: Vec<_> = line.split_whitespace().collect();
    let [time, words @ .., milliseconds, "ms"] = &*words else { panic!("{line}") };
    assert_eq!(time.split(':').map(str::len).collect::<Vec<_>>(), [2, 2, 2], "{line}");
    assert!(milliseconds.parse::<f64>().is_ok(), "{line}");
    Ok(words.join(" "))
}

fn answers_its_script(directory: &str, environment: &[(&str, &str)]) -> Outcome {
    if !have("curl", ["--version"]) || !have("openssl", ["version"]) {
        return Ok(());
    }
    let (mut command, directory) = quickstart_in(directory)?;
    let mut program = Program::start(command.envs(environment.iter().copied()))?;
    let hint = read_hint(&mut program, 5 + environment.len())?;
    assert_eq!(hint[3], "    sh target/try.sh flat       # or objects, respan, speaknode");
    let script = fs::read_to_string(directory.join("target/try.sh"))?;
    for (variable, secret) in environment {
        assert!(!script.contains(secret), "a secret of the environment was written to a file");
        assert!(hint.iter().any(|line| line.contains(variable)), "{hint:?}");
    }
    for (route, event) in [
        ("respan", "- -"),
        ("objects", "resource.updated evt_1"),
        ("flat", "user.created evt_2"),
        ("speaknode", "SessionStarted -"),
    ] {
        let mut shell = Command::new("sh");
        shell.args(["target/try.sh", route]).current_dir(&directory);
        let Output { stdout, .. } = shell.envs(environment.iter().copied()).output()?;
        assert_eq!(
            String::from_utf8(stdout)?,
            "{\"status\":\"received\"} 200\n{\"error\":\"Invalid signature\"} 401\n"
        );
        assert_eq!(line(&mut program)?, format!("200 {route} {event}"));
        let rejected = format!("401 {route} the body was not signed with any of the secrets");
        assert_eq!(line(&mut program)?, rejected);
    }
    if let Some((variable, _)) = environment.first() {
        let mut shell = Command::new("sh");
        shell.args(["target/try.sh", "respan"]).current_dir(&directory).env_remove(variable);
        let error = String::from_utf8(shell.output()?.stderr)?;
        assert!(error.contains("export it in this shell as well"), "{error}");
    }
    program.signal("INT")?;
    assert_eq!(program.line()?, "stopped");
    Ok(())
}

#[test]
fn answers_the_script_that_it_writes() -> Outcome {
    answers_its_script("made", &[])
}

#[test]
fn answers_the_script_with_secrets_from_the_environment() -> Outcome {
    let environment = [
        ("RESPAN_API_KEY", "it's a \"key\" with $HOME"),
        ("WEBHOOK_SECRET", "whsec_abc123"),
        ("SPEAKNODE_SECRET", "%s `\\ *"),
    ];
    answers_its_script("exported", &environment)
}

#[test]
fn keeps_each_delivery_on_one_line_and_answers_json() -> Outcome {
    let mut program = Program::start(quickstart().env("WEBHOOK_SECRET", "secret"))?;
    read_hint(&mut program, 6)?;
    let body = "{\"id\":\"\\u0000\\n\\u202e\",\"type\":\"a\\r\\nb\",\"data\":1}";
    let reply = Wire::connect(program.addr())?.exchange(format!(
        "POST /webhooks/flat HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
        signature("secret", body),
        body.len()
    ))?;
    assert_eq!((reply.status, reply.text()), (200, r#"{"status":"received"}"#));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(line(&mut program)?, r"200 flat a\r\nb \0\n\u{202e}");
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
    Ok(countersign_tests::stops_on(&["TERM", "INT"], quickstart)?)
}

/// Sends up to this many MiB without a signature, until the server hangs up. Returns the MiB that
/// were sent.
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
        // First requests cost memory of their own.
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

#[test]
fn takes_the_deliveries_of_simulated_platforms() -> Outcome {
    let (mut command, _) = quickstart_in("quickstart-simulate")?;
    for variable in ["RESPAN_API_KEY", "WEBHOOK_SECRET", "SPEAKNODE_SECRET"] {
        command.env(variable, "secret");
    }
    let mut program = Program::start(&mut command)?;
    read_hint(&mut program, 8)?;
    for (route, platform) in [
        ("objects", &["--shape", "objects"][..]),
        ("flat", &["--shape", "flat"]),
        ("respan", &["--platform", "respan"]),
        ("speaknode", &["--platform", "speaknode"]),
    ] {
        let to = format!("http://{}/webhooks/{route}", program.addr());
        let mut platform = Command::new(countersign_tests::countersign())
            .args(["simulate", "--port", "0", "--every", "1", "--to", &to])
            .args(platform)
            .env("COUNTERSIGN_SECRET", "secret")
            .stdout(Stdio::null())
            .spawn()?;
        let line = line(&mut program);
        platform.kill()?;
        platform.wait()?;
        let line = line?;
        assert!(line.starts_with(&format!("200 {route} ")), "{line}");
    }
    Ok(())
}
