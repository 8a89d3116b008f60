//! Runs it as a user does, with a PostgreSQL server of its own.

mod names;
mod outages;
mod page;
mod poolers;
mod rows;
mod start;

use std::{
    error::Error,
    fs::{self, File},
    io,
    process::Command,
};

use countersign_tests::{Example, Postgres, Program, Reply, Wire, signature};

type Outcome = Result<(), Box<dyn Error>>;

const BODY: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}"#;

/// The program and its database.
struct Service {
    program: Program,
    postgres: Postgres,
}

impl Service {
    /// A service for these tenants, each of whom has the secret `whsec_` and its name.
    fn of(tenants: &[&str]) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(postgres) = Postgres::start()? else { return Ok(None) };
        let mut service = Self::with(postgres)?;
        for tenant in tenants {
            service.postgres.execute(&insert(tenant, &format!("whsec_{tenant}")))?;
            service.wait_for(&format!("{tenant}: secrets changed"))?;
        }
        Ok(Some(service))
    }

    fn with(postgres: Postgres) -> io::Result<Self> {
        Self::started(example(&postgres.url()), postgres)
    }

    fn started(mut command: Command, postgres: Postgres) -> io::Result<Self> {
        let errors = File::create(postgres.folder().join("errors"))?;
        let program = Program::start(command.stderr(errors))?;
        let mut service = Self { program, postgres };
        service.wait_for("the database reports changed secrets")?;
        Ok(service)
    }

    /// Reads what the program says until it says this.
    fn wait_for(&mut self, expected: &str) -> io::Result<()> {
        loop {
            match self.program.line()? {
                line if line == expected => return Ok(()),
                line => assert!(!line.is_empty(), "it never said: {expected}"),
            }
        }
    }

    /// Changes a tenant's row, and waits until the program was told.
    fn change(&mut self, tenant: &str, statement: &str) -> io::Result<()> {
        self.postgres.execute(&format!("{statement} where tenant = '{tenant}'"))?;
        self.wait_for(&format!("{tenant}: secrets changed"))
    }

    /// A delivery for this tenant, signed with this secret.
    fn deliver(&self, tenant: &str, secret: &str) -> io::Result<Reply> {
        Wire::connect(self.program.addr())?.exchange(delivery(tenant, secret))
    }

    /// The status of a delivery that is signed as the tenant does at first.
    fn status(&self, tenant: &str) -> io::Result<u16> {
        Ok(self.deliver(tenant, &format!("whsec_{tenant}"))?.status)
    }

    /// How often the database was asked for a tenant.
    fn lookups(&self, tenant: &str) -> io::Result<usize> {
        let log = self.postgres.log()?;
        Ok(log.matches(&format!("parameters: $1 = '{tenant}'")).count())
    }

    /// What the program has logged.
    fn errors(&self) -> io::Result<String> {
        fs::read_to_string(self.postgres.folder().join("errors"))
    }
}

fn example(database: &str) -> Command {
    let mut command = Command::new(Example("multi-tenant").program());
    command.env("ADDR", "127.0.0.1:0").env("DATABASE_URL", database);
    command
}

fn insert(tenant: &str, secret: &str) -> String {
    format!("insert into webhook_secrets (tenant, current) values ('{tenant}', '{secret}')")
}

fn delivery(tenant: &str, secret: &str) -> String {
    format!(
        "POST /hooks/{tenant} HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\n\
         Content-Length: {}\r\n\r\n{BODY}",
        signature(secret, BODY),
        BODY.len()
    )
}

/// All of an answer but its date.
fn undated(mut reply: Reply) -> Reply {
    reply.headers.retain(|(name, _)| name != "date");
    reply
}
