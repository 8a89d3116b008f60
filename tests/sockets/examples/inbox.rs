//! Runs the two examples with an inbox as a user does.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

use countersign_tests::{
    Example, Program, Wire, delivery, follow, half_of_delivery, says_how_to_choose_another_port,
    stops_on,
};
use tempfile::{TempDir, tempdir};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const EXAMPLES: [&str; 2] = ["inbox-sqlite", "inbox-actix"];

const USER: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}"#;
const PAYMENT: &str = r#"{"id":"evt_2","type":"payment.succeeded","data":{}}"#;

const FAILED: &str = "payment.succeeded, attempt 1: the bank is out of reach";
const BOOKED: &str = "payment.succeeded, attempt 2: booked";

const RECEIVED: (u16, &str) = (200, r#"{"status":"received"}"#);
const DUPLICATE: (u16, &str) = (200, r#"{"duplicate":true}"#);
const FORGED: (u16, &str) = (401, r#"{"error":"Invalid signature"}"#);

/// An example, and the folder of its file.
struct Inbox {
    name: &'static str,
    folder: TempDir,
}

impl Inbox {
    fn each() -> Outcome<Vec<Self>> {
        EXAMPLES.into_iter().map(|name| Ok(Self { name, folder: tempdir()? })).collect()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("inbox.db")
    }

    fn command(&self) -> Command {
        with_file(self.name, &self.file())
    }

    fn start(&self) -> Outcome<Program> {
        Ok(Program::start(&mut self.command())?)
    }
}

fn with_file(name: &'static str, file: &Path) -> Command {
    let mut command = Example(name).command();
    command.env("INBOX", file);
    command
}

/// Sends requests on one connection, and checks their answers.
fn send(program: &Program, requests: &[(String, (u16, &str))]) -> Outcome {
    let mut wire = Wire::connect(program.addr())?;
    for (request, expected) in requests {
        let reply = wire.exchange(request)?;
        assert_eq!((reply.status, reply.text()), *expected, "{request}");
    }
    Ok(())
}

/// Stops the program, and returns the lines that it has not been asked for.
fn rest(program: &mut Program) -> Outcome<Vec<String>> {
    program.signal("INT")?;
    let mut lines = Vec::new();
    loop {
        let line = program.line()?;
        if line.is_empty() {
            assert!(program.wait()?.success());
            return Ok(lines);
        }
        lines.push(line);
    }
}

#[test]
fn keeps_the_promises_of_its_page() -> Outcome {
    for inbox in Inbox::each()? {
        let mut program = inbox.start()?;
        let page = Example(inbox.name).page();
        follow(&page, program.addr(), |_, line| panic!("not run: {line}"))?;
        let shown = page.split_once("//! ```text\n").unwrap().1.split_once("//! ```\n").unwrap().0;
        for line in shown.lines() {
            assert_eq!(program.line()?, line.trim_start_matches("//! "), "{}", inbox.name);
        }
        assert!(rest(&mut program)?.is_empty(), "{}", inbox.name);
    }
    Ok(())
}

#[test]
fn handles_each_event_once_however_often_it_is_delivered() -> Outcome {
    for inbox in Inbox::each()? {
        let mut program = inbox.start()?;
        let user = delivery("/webhooks", USER);
        let forged = user.replace("evt_1", "evt_3");
        send(
            &program,
            &[
                (forged, FORGED),
                (user.clone(), RECEIVED),
                (user.clone(), DUPLICATE),
                (delivery("/webhooks", PAYMENT), RECEIVED),
                (delivery("/webhooks", PAYMENT), DUPLICATE),
            ],
        )?;
        let handled = r#"user.created, attempt 1: welcome, "Zoë""#;
        for line in [handled, FAILED, BOOKED] {
            assert_eq!(program.line()?, line, "{}", inbox.name);
        }
        send(&program, &[(delivery("/webhooks", PAYMENT), DUPLICATE)])?;
        assert!(rest(&mut program)?.is_empty(), "{}", inbox.name);

        // The file remembers the events.
        let mut program = inbox.start()?;
        send(&program, &[(user, DUPLICATE)])?;
        assert!(rest(&mut program)?.is_empty(), "{}", inbox.name);
    }
    Ok(())
}

#[test]
fn handles_after_a_restart_what_was_accepted_before() -> Outcome {
    for inbox in Inbox::each()? {
        let mut program = inbox.start()?;
        send(&program, &[(delivery("/webhooks", PAYMENT), RECEIVED)])?;
        assert_eq!(program.line()?, FAILED, "{}", inbox.name);
        program.signal("KILL")?;
        assert!(!program.wait()?.success());

        let mut program = inbox.start()?;
        assert_eq!(program.line()?, BOOKED, "{}", inbox.name);
        send(&program, &[(delivery("/webhooks", PAYMENT), DUPLICATE)])?;
        assert!(rest(&mut program)?.is_empty(), "{}", inbox.name);
    }
    Ok(())
}

#[test]
fn handles_after_a_restart_what_was_killed_at_its_receipt() -> Outcome {
    for inbox in Inbox::each()? {
        let mut program = inbox.start()?;
        send(&program, &[(delivery("/webhooks", PAYMENT), RECEIVED)])?;
        program.signal("KILL")?;
        program.wait()?;

        // The first attempt may have begun before.
        let mut program = inbox.start()?;
        let mut line = program.line()?;
        if line == FAILED {
            line = program.line()?;
        }
        assert_eq!(line, BOOKED, "{}", inbox.name);
    }
    Ok(())
}

#[test]
fn accepts_what_is_in_flight_when_it_stops() -> Outcome {
    for (inbox, signal) in Inbox::each()?.into_iter().zip(["INT", "TERM"]) {
        let mut program = inbox.start()?;
        let mut wire = Wire::connect(program.addr())?;
        let rest = half_of_delivery(&mut wire, "/webhooks", USER)?;
        program.signal(signal)?;
        wire.send(rest)?;
        let reply = wire.reply()?;
        assert_eq!((reply.status, reply.text()), RECEIVED, "{}", inbox.name);
        assert!(program.wait()?.success(), "{}", inbox.name);

        // The worker that stopped may have handled it, or the next one does.
        let (mut first, mut second) = (program, inbox.start()?);
        let line = match &*first.line()? {
            "" => second.line()?,
            line => line.to_owned(),
        };
        assert_eq!(line, r#"user.created, attempt 1: welcome, "Zoë""#, "{}", inbox.name);
    }
    Ok(())
}

#[test]
fn names_what_is_wrong_at_the_start() -> Outcome {
    for inbox in Inbox::each()? {
        says_how_to_choose_another_port(&mut inbox.command())?;
        let mut without_secret = inbox.command();
        without_secret.env_remove("WEBHOOK_SECRET");
        let mut without_folder = with_file(inbox.name, &inbox.folder.path().join("none/inbox.db"));
        for (command, named) in
            [(&mut without_secret, "WEBHOOK_SECRET"), (&mut without_folder, "INBOX=")]
        {
            let output = command.output()?;
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && error.contains(named), "{error}");
        }
    }
    Ok(())
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    for inbox in Inbox::each()? {
        stops_on(&["INT"], || inbox.command())?;
    }
    Ok(())
}
