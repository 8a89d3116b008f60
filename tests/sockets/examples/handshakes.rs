//! Runs the example as a user does: starts it, and pastes the lines of its page.

use std::{error::Error, process::Command};

use countersign_tests::{Example, Program, Wire, follow};

type Outcome = Result<(), Box<dyn Error>>;

const SECRETS: [(&str, &str); 3] = [
    ("SLACK_SIGNING_SECRET", "secret"),
    ("ZOOM_SECRET_TOKEN", "secret"),
    ("DROPBOX_APP_SECRET", "secret"),
];

fn example() -> Command {
    let mut command = Command::new(Example("handshakes").program());
    command.env("ADDR", "127.0.0.1:0").envs(SECRETS);
    command
}

#[test]
fn keeps_the_promises_of_its_page() -> Outcome {
    let mut program = Program::start(&mut example())?;
    follow(&Example("handshakes").page(), program.addr(), |_, line| panic!("not run: {line}"))?;
    for told in [
        "slack: handshake",
        "slack: event_callback",
        "zoom: handshake",
        "zoom: meeting.started",
        "dropbox: -",
        "zoom: endpoint.url_validation",
    ] {
        assert_eq!(program.line()?, told);
    }
    Ok(())
}

#[test]
fn repeats_nothing_but_as_text() -> Outcome {
    let program = Program::start(&mut example())?;
    let reply = Wire::connect(program.addr())?
        .exchange("GET /dropbox?challenge=abc HTTP/1.1\r\nHost: x\r\n\r\n")?;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body, b"abc");
    for (name, value) in [("content-type", "text/plain"), ("x-content-type-options", "nosniff")] {
        let values: Vec<_> = reply.headers.iter().filter(|(field, _)| field == name).collect();
        assert_eq!(values, [&(name.to_owned(), value.to_owned())]);
    }
    for query in ["", "?challenge=", "?challenge=a&challenge=b", "?challenge=a%0d%0ab"] {
        let reply = Wire::connect(program.addr())?
            .exchange(format!("GET /dropbox{query} HTTP/1.1\r\nHost: x\r\n\r\n"))?;
        assert_eq!((reply.status, reply.body), (400, Vec::new()), "{query}");
    }
    Ok(())
}

#[test]
fn names_the_variable_of_a_missing_secret() -> Outcome {
    for (variable, _) in SECRETS {
        let output = example().env_remove(variable).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(error.contains(&format!("{variable}: not set")), "{error}");
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
