//! Runs `inbox-postgres` as a user does: two receivers, three workers, and one database.

use std::{
    collections::BTreeSet,
    error::Error,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

use countersign_tests::{
    Example, Postgres, Program, Wire, delivery, says_how_to_choose_another_port, signal_when_ready,
    stops_on, wait, wait_until,
};

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLE: Example = Example("inbox-postgres");

fn command(postgres: &Postgres, role: &str) -> Command {
    let mut command = EXAMPLE.command();
    command.env("DATABASE_URL", postgres.url()).env("ROLE", role);
    command
}

/// A worker that is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(postgres: &Postgres) -> Result<Self, Box<dyn Error>> {
        let mut child = command(postgres, "work").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line)?;
        assert_eq!(line, "working\n");
        Ok(Self(child))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn payment(number: usize) -> String {
    let body = format!(
        r#"{{"id":"evt_{number}","type":"payment.succeeded","data":{{"amount":{number}}}}}"#
    );
    delivery("/webhooks", &body)
}

#[test]
fn each_payment_has_its_effect_once_although_a_worker_is_killed() -> Outcome {
    const PAYMENTS: usize = 300;
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let receivers = [
        Program::start(&mut command(&postgres, "both"))?,
        Program::start(&mut command(&postgres, "receive"))?,
    ];
    let mut workers = vec![Worker::start(&postgres)?, Worker::start(&postgres)?];
    let mut received = 0;
    let mut wires = Vec::new();
    for receiver in &receivers {
        wires.push(Wire::connect(receiver.addr())?);
    }
    for number in 0..PAYMENTS {
        if number == PAYMENTS / 2 {
            // Its deliveries are handled by others once their leases have run out.
            drop(workers.pop());
        }
        for wire in &mut wires {
            let reply = wire.exchange(payment(number))?;
            assert_eq!(reply.status, 200);
            received += usize::from(reply.text() == r#"{"status":"received"}"#);
        }
    }
    assert_eq!(received, PAYMENTS);
    let open = "select count(*) from countersign_inbox where state <> 'done'";
    assert!(wait_until(|| postgres.execute(open).unwrap() == "0"));
    let effects = postgres.execute("select event from payments")?;
    assert_eq!(effects.lines().count(), PAYMENTS);
    assert_eq!(effects.lines().collect::<BTreeSet<_>>().len(), PAYMENTS);
    Ok(())
}

#[test]
fn a_forged_payment_is_rejected_and_not_kept() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let receiver = Program::start(&mut command(&postgres, "both"))?;
    let forged = payment(1).replace("evt_1", "evt_2");
    let reply = Wire::connect(receiver.addr())?.exchange(forged)?;
    assert_eq!((reply.status, reply.text()), (401, r#"{"error":"Invalid signature"}"#));
    assert_eq!(postgres.execute("select count(*) from countersign_inbox")?, "0");
    Ok(())
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for role in ["both", "receive"] {
        stops_on(&["INT"], || command(&postgres, role))?;
    }
    let mut worker = Worker::start(&postgres)?;
    signal_when_ready("INT", &worker.0)?;
    assert!(wait(&mut worker.0)?.success());
    Ok(())
}

#[test]
fn finishes_the_payment_that_it_handles_when_it_stops() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let mut service = Program::start(&mut command(&postgres, "both"))?;
    thread::scope(|scope| -> Outcome {
        scope.spawn(|| postgres.execute("begin; lock table payments; select pg_sleep(60)"));
        let count = |locks: &str| postgres.execute(&format!("select count(*) {locks}")).unwrap();
        let held = "from pg_locks where relation = 'payments'::regclass and granted \
                    and mode = 'AccessExclusiveLock'";
        assert!(wait_until(|| count(held) == "1"));
        assert_eq!(Wire::connect(service.addr())?.exchange(payment(1))?.status, 200);
        let waits = "from pg_locks where relation = 'payments'::regclass and not granted";
        assert!(wait_until(|| count(waits) == "1"));

        service.signal("INT")?;
        assert!(wait_until(|| Wire::connect(service.addr()).is_err()));
        postgres.execute(&format!("select pg_terminate_backend(pid) {held}"))?;
        Ok(())
    })?;
    assert!(service.wait()?.success());
    assert_eq!(postgres.execute("select event from payments")?, "evt_1");
    assert_eq!(postgres.execute("select state, attempts from countersign_inbox")?, "done|1");
    Ok(())
}

#[test]
fn names_what_is_wrong_at_the_start() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    says_how_to_choose_another_port(&mut command(&postgres, "both"))?;
    for (variable, value, expected) in [
        ("ROLE", "sleep", "ROLE=sleep: it must be receive, work or both"),
        ("DATABASE_URL", "nonsense=1", "DATABASE_URL: "),
        ("DATABASE_URL", "host=/nowhere user=x", "the database of DATABASE_URL"),
    ] {
        let output = command(&postgres, "both").env(variable, value).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success() && error.contains(expected), "{error}");
    }
    Ok(())
}
