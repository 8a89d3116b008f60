//! The checks that all examples have in common.

use std::{fs, io, net::TcpListener, path::PathBuf, process::Command};

use crate::{Program, Wire, copies, follow, signature, wait_until};

/// An example, by the name of its package.
#[derive(Clone, Copy, Debug)]
pub struct Example(pub &'static str);

impl Example {
    /// The secret that the examples' pages use.
    pub const SECRET: &str = "secret";

    /// Returns the example's program, built from a copy of its folder.
    ///
    /// # Panics
    ///
    /// If the copy does not build.
    #[must_use]
    pub fn program(&self) -> PathBuf {
        copies::built(self.0).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Returns the text of its `main.rs`, with its page on top.
    ///
    /// # Panics
    ///
    /// If it has no `main.rs`.
    #[must_use]
    pub fn page(&self) -> String {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let path = format!("{examples}/{}/src/main.rs", self.0);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Returns the command that starts it on a free port, as its page says.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        command.env("ADDR", "127.0.0.1:0").env("WEBHOOK_SECRET", Self::SECRET);
        command
    }

    /// Starts the example.
    ///
    /// # Errors
    ///
    /// As [`Program::start`].
    pub fn start(&self) -> io::Result<Program> {
        Program::start(&mut self.command())
    }

    /// Sends the deliveries of the example's page to the example; see [`follow`].
    ///
    /// # Errors
    ///
    /// If the example does not start.
    ///
    /// # Panics
    ///
    /// If an answer differs from its promise.
    pub fn keeps_the_promises_of_its_page(&self) -> io::Result<()> {
        follow(&self.page(), self.start()?.addr(), |_, line| panic!("not run: {line}"))
    }

    /// Starts the example without a secret, with an empty one, and on a port that is taken.
    ///
    /// # Errors
    ///
    /// If the example cannot be run.
    ///
    /// # Panics
    ///
    /// If the example starts, or does not name the variable to set.
    pub fn names_what_is_wrong_at_the_start(&self) -> io::Result<()> {
        let taken = TcpListener::bind("127.0.0.1:0")?;
        let (mut none, mut empty, mut port) = (self.command(), self.command(), self.command());
        none.env_remove("WEBHOOK_SECRET");
        empty.env("WEBHOOK_SECRET", "");
        port.env("ADDR", taken.local_addr()?.to_string());
        for (command, named) in
            [(&mut none, "WEBHOOK_SECRET"), (&mut empty, "WEBHOOK_SECRET"), (&mut port, "ADDR=")]
        {
            let output = command.output()?;
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && error.contains(named), "{error}");
            assert!(output.stdout.is_empty(), "it printed that it listens");
        }
        Ok(())
    }

    /// Stops it with these signals while a delivery is on its way.
    ///
    /// # Errors
    ///
    /// If a connection breaks.
    ///
    /// # Panics
    ///
    /// If the delivery is not answered, or the program does not end well.
    pub fn finishes_what_is_in_flight(
        &self,
        signals: &[&str],
        path: &str,
        body: &str,
    ) -> io::Result<()> {
        for signal in signals {
            let mut program = self.start()?;
            let mut wire = Wire::connect(program.addr())?;
            let rest = half_of_delivery(&mut wire, path, body)?;
            program.signal(signal)?;
            // After a while, the program accepts no new connections.
            assert!(wait_until(|| Wire::connect(program.addr()).is_err()), "{signal}");
            wire.send(rest)?;
            assert_eq!(wire.reply()?.status, 200, "{signal}");
            assert!(program.wait()?.success(), "{signal}");
        }
        Ok(())
    }
}

/// Starts a program on a port that is taken.
///
/// # Errors
///
/// If the program cannot be run.
///
/// # Panics
///
/// If the program starts, or does not explain how to choose another port.
pub fn says_how_to_choose_another_port(command: &mut Command) -> io::Result<()> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let output = command.env("ADDR", taken.local_addr()?.to_string()).output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains("choose another with ADDR="), "{error}");
    Ok(())
}

/// Starts a program and stops it, with each of these signals.
///
/// # Errors
///
/// If the program cannot be run.
///
/// # Panics
///
/// If it does not end well.
pub fn stops_on(signals: &[&str], command: impl Fn() -> Command) -> io::Result<()> {
    for signal in signals {
        let mut program = Program::start(&mut command())?;
        Wire::connect(program.addr())?.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n")?;
        program.signal(signal)?;
        assert!(program.wait()?.success(), "{signal}");
    }
    Ok(())
}

/// Returns a genuine delivery to an example.
#[must_use]
pub fn delivery(path: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         X-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
        signature(Example::SECRET, body),
        body.len()
    )
}

/// Sends a genuine delivery without the last half of its body, which is returned. The program has
/// read the head by then.
///
/// # Errors
///
/// If the connection breaks.
pub fn half_of_delivery<'a>(wire: &mut Wire, path: &str, body: &'a str) -> io::Result<&'a str> {
    let (first, rest) = body.split_at(body.len() / 2);
    let whole = delivery(path, body);
    let head = whole.strip_suffix(body).unwrap_or(&whole);
    // The interim answer shows that the head was read.
    wire.send(head.replacen("Host: x", "Host: x\r\nExpect: 100-continue", 1))?;
    wire.interim()?;
    wire.send(first)?;
    Ok(rest)
}
