//! Checks for the hardened examples on every framework.

use std::{io, net::Ipv4Addr};

use crate::{Example, Program, Reply, Wire, delivery, half_of_delivery, wait_until};

const PATH: &str = "/webhooks";
const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}"#;

#[expect(clippy::missing_errors_doc, reason = "each, if a connection breaks")]
#[expect(clippy::missing_panics_doc, reason = "each, if a promise is not kept")]
impl Example {
    /// Checks that connections are closed if they do not send a whole head in time.
    pub fn closes_at_the_header_deadline(&self) -> io::Result<()> {
        let program = Program::start(self.command().env("HEADER_DEADLINE", "1"))?;
        // After the third text, a server that also speaks HTTP/2 does not know the version yet.
        for half in ["", "POST /webhooks HTTP/1.1\r\nHost", "PRI * HT"] {
            for before in [None, Some(delivery(PATH, EVENT))] {
                let mut wire = Wire::connect(program.addr())?;
                if let Some(request) = &before {
                    assert_eq!(wire.exchange(request)?.status, 200);
                }
                // Some servers have closed the connection by now, and some answer 408 first.
                let _ = wire.exchange(half);
                assert!(wire.is_closed(), "{half:?}, {before:?}");
            }
        }
        Ok(())
    }

    /// Checks the answers to health checks, which need no signature.
    pub fn answers_health_checks(&self) -> io::Result<()> {
        let program = self.start()?;
        for path in ["/healthz", "/readyz"] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_eq!(Wire::connect(program.addr())?.exchange(request)?.status, 200, "{path}");
        }
        Ok(())
    }

    /// Checks the answers 408 to a body that does not arrive, and 413 to one that is too large.
    pub fn bounds_bodies(&self) -> io::Result<()> {
        let mut command = self.command();
        let program = Program::start(command.env("BODY_DEADLINE", "1").env("BODY_LIMIT", "100"))?;
        let mut wire = Wire::connect(program.addr())?;
        half_of_delivery(&mut wire, PATH, EVENT)?;
        let reply = wire.reply()?;
        assert_eq!((reply.status, reply.header("connection")), (408, Some("close")));
        let large = delivery(PATH, &"x".repeat(101));
        assert_eq!(Wire::connect(program.addr())?.exchange(large)?.status, 413);
        Ok(())
    }

    /// Checks the answer 503 to verified deliveries when all places are taken. Unverified
    /// deliveries take no place.
    pub fn sheds_load(&self) -> io::Result<()> {
        let forged = delivery(PATH, EVENT).replace("evt_1", "evt_2");
        let program = Program::start(self.command().env("IN_FLIGHT", "0"))?;
        let shed = send(&program)?;
        assert_eq!((shed.status, shed.header("retry-after")), (503, Some("1")));
        assert_eq!(Wire::connect(program.addr())?.exchange(&forged)?.status, 401);

        let program = Program::start(self.command().env("IN_FLIGHT", "1"))?;
        let mut upload = Wire::connect(program.addr())?;
        let rest = half_of_delivery(&mut upload, PATH, EVENT)?;
        assert_eq!(send(&program)?.status, 200);
        assert_eq!(upload.exchange(rest)?.status, 200);
        Ok(())
    }

    /// Checks that a sender that was rejected too often gets the answer 429, and no other sender.
    pub fn answers_429_after_too_many_rejections(&self) -> io::Result<()> {
        let program = Program::start(self.command().env("REFUSALS", "2"))?;
        let forged = delivery(PATH, EVENT).replace("evt_1", "evt_2");
        for _ in 0..3 {
            assert_eq!(Wire::connect(program.addr())?.exchange(&forged)?.status, 401);
        }
        let reply = Wire::connect(program.addr())?.exchange(&forged)?;
        let wait: u64 = reply.header("retry-after").and_then(|wait| wait.parse().ok()).unwrap_or(0);
        assert_eq!(reply.status, 429);
        assert!((1..=60).contains(&wait), "{wait}");
        assert_eq!(send(&program)?.status, 429);
        let mut other = Wire::connect_from(Ipv4Addr::new(127, 0, 0, 2).into(), program.addr())?;
        assert_eq!(other.exchange(delivery(PATH, EVENT))?.status, 200);
        Ok(())
    }

    /// Checks that a delivery that breaks off counts as a rejected one.
    pub fn counts_a_delivery_that_breaks_off(
        &self,
        hang_up: fn(Wire) -> io::Result<()>,
    ) -> io::Result<()> {
        let program = Program::start(self.command().env("REFUSALS", "1"))?;
        for _ in 0..2 {
            let mut wire = Wire::connect(program.addr())?;
            half_of_delivery(&mut wire, PATH, EVENT)?;
            hang_up(wire)?;
        }
        // The program does not report when it has noticed.
        let is_charged = || send(&program).is_ok_and(|reply| reply.status == 429);
        assert!(wait_until(is_charged), "not charged");
        Ok(())
    }

    /// Checks that a sender with the secret has no limit.
    pub fn limits_no_genuine_sender(&self) -> io::Result<()> {
        let program = Program::start(self.command().env("REFUSALS", "1"))?;
        for _ in 0..100 {
            assert_eq!(send(&program)?.status, 200);
            // This delivery is signed but is not an event: that is a mistake, not an attack.
            let unread = Wire::connect(program.addr())?.exchange(delivery(PATH, "[]"))?;
            assert_eq!(unread.status, 422);
        }
        Ok(())
    }

    /// Checks that the error names the variable whose value is not valid.
    pub fn names_a_bad_setting(&self) -> io::Result<()> {
        for variable in [
            "HEADER_DEADLINE",
            "CONNECTIONS",
            "BODY_DEADLINE",
            "BODY_LIMIT",
            "IN_FLIGHT",
            "REFUSALS",
        ] {
            let output = self.command().env(variable, "-1").output()?;
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success() && error.contains(variable), "{error}");
        }
        Ok(())
    }
}

/// Sends a genuine delivery on a connection of its own.
fn send(program: &Program) -> io::Result<Reply> {
    Wire::connect(program.addr())?.exchange(delivery(PATH, EVENT))
}
