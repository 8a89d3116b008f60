//! Runs it as a user does, with a PostgreSQL server of its own.

mod crashes;
mod duplicates;
mod outages;
mod page;
mod poolers;
mod start;

use std::{
    error::Error,
    io,
    process::Command,
    thread::{self, JoinHandle},
};

use countersign_tests::{Example, Postgres, Program, Reply, Wire, delivery};

type Outcome = Result<(), Box<dyn Error>>;

/// The program and its database, in which `acme` has an account.
struct Service {
    program: Program,
    postgres: Postgres,
}

impl Service {
    fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(postgres) = Postgres::start()? else { return Ok(None) };
        let program = Program::start(&mut example(&postgres.url()))?;
        postgres.execute("insert into accounts (name) values ('acme')")?;
        Ok(Some(Self { program, postgres }))
    }

    fn deliver(&self, id: &str) -> io::Result<Reply> {
        self.deliver_to("acme", id)
    }

    fn deliver_to(&self, account: &str, id: &str) -> io::Result<Reply> {
        let mut wire = Wire::connect(self.program.addr())?;
        wire.exchange(delivery("/webhooks", &payment(account, id)))
    }

    /// Delivers without waiting for the answer.
    fn send(&self, id: &str) -> io::Result<JoinHandle<io::Result<Reply>>> {
        let mut wire = Wire::connect(self.program.addr())?;
        wire.send(delivery("/webhooks", &payment("acme", id)))?;
        Ok(thread::spawn(move || wire.reply()))
    }

    /// What is on acme's account, and how many payments were noted.
    fn credited(&self) -> io::Result<String> {
        let credited = "select balance, (select count(*) from payments) from accounts \
                        where name = 'acme'";
        self.postgres.execute(credited)
    }
}

fn example(database: &str) -> Command {
    let mut command = Command::new(Example("exactly-once-postgres").program());
    command.env("ADDR", "127.0.0.1:0").env("DATABASE_URL", database);
    command.env("WEBHOOK_SECRET", Example::SECRET);
    command
}

fn payment(account: &str, id: &str) -> String {
    format!(
        r#"{{"id":"{id}","type":"payment.succeeded","data":{{"account":"{account}","amount":5}}}}"#
    )
}

/// The status, and whether it says that it was done before.
fn told(reply: &Reply) -> (u16, Option<&str>) {
    (reply.status, reply.header("idempotent-replayed"))
}

fn assert_send_again(reply: &Reply) {
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("5")), "{reply:?}");
    assert_eq!(reply.text(), "send it again");
}
