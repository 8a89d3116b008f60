//! Runs the two examples as a user does.

use std::{error::Error, process::Command};

use countersign_tests::{Example, Program, Wire, follow, signature};

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLES: [&str; 2] = ["dispatch-axum", "dispatch-actix"];

fn command(name: &'static str) -> Command {
    let mut command = Command::new(Example(name).program());
    command.env("ADDR", "127.0.0.1:0").env("GITHUB_SECRET", "secret");
    command
}

/// Starts an example, and checks the line with the types to subscribe to.
fn start(name: &'static str) -> Result<Program, Box<dyn Error>> {
    let mut program = Program::start(&mut command(name))?;
    assert_eq!(program.line()?, "subscribe to pull_request.opened, push, release.*", "{name}");
    Ok(program)
}

#[test]
fn keeps_the_promises_of_its_page() -> Outcome {
    for name in EXAMPLES {
        let mut program = start(name)?;
        follow(&Example(name).page(), program.addr(), |_, line| panic!("not run: {line}"))?;
        assert_eq!(program.line()?, "a push to main", "{name}");
        assert_eq!(program.line()?, r#"not handled: "star" Some("created")"#, "{name}");
    }
    Ok(())
}

#[test]
fn calls_no_handler_for_a_forged_delivery_or_one_without_a_type() -> Outcome {
    let body = r#"{"ref":"main"}"#;
    let signed = format!("X-Hub-Signature-256: sha256={}\r\n", signature("secret", body));
    let forged = format!("X-Hub-Signature-256: sha256={}\r\n", signature("other", body));
    let push = "X-GitHub-Event: push\r\n";
    for name in EXAMPLES {
        let program = start(name)?;
        let mut wire = Wire::connect(program.addr())?;
        for (fields, status) in [
            (format!("{signed}{push}"), 200),
            (format!("{forged}{push}"), 401),
            (push.to_owned(), 401),
            (signed.clone(), 422),
        ] {
            let request = format!(
                "POST /github HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{fields}\r\n{body}",
                body.len()
            );
            assert_eq!(wire.exchange(request)?.status, status, "{name}: {fields}");
        }
    }
    Ok(())
}

#[test]
fn names_the_variable_of_a_missing_secret() -> Outcome {
    for name in EXAMPLES {
        let output = command(name).env_remove("GITHUB_SECRET").output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains("GITHUB_SECRET"), "{error}");
    }
    Ok(())
}
