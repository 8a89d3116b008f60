//! Runs `inbox-nats` as a user does: two receivers, three workers, and the cluster of its script.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    io::{self, BufRead, BufReader},
    net::TcpListener,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

use countersign::inbox::{InboxStore, Stats};
use countersign_nats::{
    NatsInbox,
    async_nats::{self, Client, jetstream},
};
use countersign_tests::{
    Example, Nats, Program, Wire, delivery, follow, says_how_to_choose_another_port,
    signal_when_ready, stops_on, wait, wait_until,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLE: Example = Example("inbox-nats");

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/inbox-nats/cluster.sh");

/// The cluster of the script. It is stopped when it is dropped.
struct Cluster {
    script: Child,
    folder: TempDir,
    port: u16,
    url: String,
}

impl Cluster {
    fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(program) = Nats::program() else { return Ok(None) };
        let folder = tempfile::tempdir_in(Nats::folder())?;
        let port = nine_free_ports();
        let mut script = Command::new("bash");
        script.arg(SCRIPT).arg(folder.path()).env("NATS_SERVER", program);
        script.env("PORT", port.to_string()).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut script = script.spawn()?;
        let output = BufReader::new(script.stdout.take().unwrap());
        let mut cluster = Self { script, folder, port, url: String::new() };
        for line in output.lines() {
            if let Some(url) = line?.strip_prefix("export NATS_URL=") {
                cluster.url = url.to_owned();
                return Ok(Some(cluster));
            }
        }
        Err("the script has not started the cluster".into())
    }

    fn command(&self, role: &str) -> Command {
        let mut command = EXAMPLE.command();
        command.env("NATS_URL", &self.url).env("ROLE", role);
        command
    }

    async fn client(&self) -> Result<Client, Box<dyn Error>> {
        let servers: Vec<_> = self.url.split(',').map(str::to_owned).collect();
        Ok(async_nats::connect(servers).await?)
    }

    /// Ends the server that leads the inbox, as a loss of its machine would.
    async fn kill_leader(&self) -> Outcome {
        let stream = jetstream::new(self.client().await?).get_stream("webhooks").await?;
        let leader = stream.cached_info().cluster.as_ref().and_then(|info| info.leader.as_deref());
        let node = leader.and_then(|leader| leader.strip_prefix("node")).unwrap();
        let pid = fs::read_to_string(self.folder.path().join(format!("{node}.pid")))?;
        Ok(signal("KILL", pid.trim())?)
    }

    /// Returns the messages of the stream `payments`.
    async fn payments(&self) -> Result<Vec<String>, Box<dyn Error>> {
        let stream = jetstream::new(self.client().await?).get_stream("payments").await?;
        let mut payments = Vec::new();
        for sequence in 1..=stream.cached_info().state.last_sequence {
            let message = stream.get_raw_message(sequence).await?;
            payments.push(String::from_utf8(message.payload.to_vec())?);
        }
        Ok(payments)
    }

    /// Returns the numbers of the only endpoint; `None` if nothing was stored.
    async fn numbers(&self) -> Result<Option<Stats>, Box<dyn Error>> {
        let inbox = NatsInbox::builder(self.client().await?, "webhooks").open().await?;
        Ok(inbox.stats().await?.pop())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The script stops the servers.
        let _ = signal("TERM", &self.script.id().to_string());
        let _ = self.script.wait();
    }
}

fn signal(name: &str, pid: &str) -> io::Result<()> {
    Command::new("kill").args([format!("-{name}"), pid.to_owned()]).status().map(drop)
}

/// Returns the first of nine ports that are free at the moment. They are below those that the
/// system gives to other programs.
fn nine_free_ports() -> u16 {
    static COUNT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(process::id() % 1000).unwrap();
    let are_free =
        |first: u16| (first..first + 9).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
    loop {
        let number = (start + COUNT.fetch_add(1, Ordering::Relaxed)) % 1000;
        if are_free(20_000 + 10 * number) {
            return 20_000 + 10 * number;
        }
    }
}

/// A worker that is killed when it is dropped.
struct Worker(Child);

impl Worker {
    fn start(cluster: &Cluster) -> Result<Self, Box<dyn Error>> {
        let mut child = cluster.command("work").stdout(Stdio::piped()).spawn()?;
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
fn no_payment_is_lost_although_a_worker_and_a_server_are_killed() -> Outcome {
    const PAYMENTS: usize = 300;
    let Some(cluster) = Cluster::start()? else { return Ok(()) };
    let runtime = Runtime::new()?;
    let receivers = [
        Program::start(&mut cluster.command("both"))?,
        Program::start(&mut cluster.command("receive"))?,
    ];
    let mut workers = vec![Worker::start(&cluster)?, Worker::start(&cluster)?];
    let mut wires = Vec::new();
    for receiver in &receivers {
        wires.push(Wire::connect(receiver.addr())?);
    }
    for number in 0..PAYMENTS {
        if number == PAYMENTS / 3 {
            // Its deliveries are handled by others once their leases have run out.
            drop(workers.pop());
        }
        if number == PAYMENTS / 2 {
            runtime.block_on(cluster.kill_leader())?;
        }
        for wire in &mut wires {
            // Providers send a delivery again if the answer is 503.
            let is_accepted = || match wire.exchange(payment(number)).unwrap() {
                reply if reply.status == 503 => false,
                reply => {
                    assert_eq!(reply.status, 200);
                    true
                }
            };
            assert!(wait_until(is_accepted));
        }
    }
    // A stream without a leader does not answer.
    let payments = || runtime.block_on(cluster.payments());
    assert!(wait_until(|| payments().is_ok_and(|noted| noted.len() >= PAYMENTS)));
    let expected: BTreeSet<_> =
        (0..PAYMENTS).map(|number| format!("evt_{number}: {number}")).collect();
    let noted = payments()?;
    assert_eq!(noted.len(), PAYMENTS);
    assert_eq!(noted.into_iter().collect::<BTreeSet<_>>(), expected);
    let is_empty = || {
        let Ok(Some(numbers)) = runtime.block_on(cluster.numbers()) else { return false };
        numbers.ready + numbers.waiting + numbers.running + numbers.dead == 0
    };
    assert!(wait_until(is_empty));
    Ok(())
}

#[test]
fn keeps_the_promises_of_its_page() -> Outcome {
    let Some(cluster) = Cluster::start()? else { return Ok(()) };
    let runtime = Runtime::new()?;
    let receivers = [
        Program::start(&mut cluster.command("both"))?,
        Program::start(&mut cluster.command("receive"))?,
    ];
    let page = EXAMPLE.page().replace("127.0.0.1:3001", &receivers[1].addr().to_string());
    follow(&page, receivers[0].addr(), |_, line| {
        assert_eq!(line, "nats stream view payments");
        let payments = || runtime.block_on(cluster.payments()).unwrap();
        assert!(wait_until(|| !payments().is_empty()));
        assert_eq!(payments(), ["evt_1: 500"]);
        Ok(())
    })?;

    // A forged payment is rejected, and not kept.
    let forged = payment(1).replace("evt_1", "evt_2");
    let reply = Wire::connect(receivers[1].addr())?.exchange(forged)?;
    assert_eq!((reply.status, reply.text()), (401, r#"{"error":"Invalid signature"}"#));
    let stream = runtime.block_on(async {
        let context = jetstream::new(cluster.client().await?);
        Ok::<_, Box<dyn Error>>(context.get_stream("webhooks").await?)
    })?;
    assert_eq!(stream.cached_info().state.messages, 1);
    Ok(())
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    let Some(cluster) = Cluster::start()? else { return Ok(()) };
    for role in ["both", "receive"] {
        stops_on(&["INT"], || cluster.command(role))?;
    }
    let mut worker = Worker::start(&cluster)?;
    signal_when_ready("INT", &worker.0)?;
    assert!(wait(&mut worker.0)?.success());
    Ok(())
}

#[test]
fn names_what_is_wrong_at_the_start() -> Outcome {
    let Some(cluster) = Cluster::start()? else { return Ok(()) };
    says_how_to_choose_another_port(&mut cluster.command("both"))?;
    for (variable, value, expected) in [
        ("ROLE", "sleep", "ROLE=sleep: it must be receive, work or both"),
        ("NATS_URL", "nats://127.0.0.1:1", "NATS_URL=nats://127.0.0.1:1"),
    ] {
        let output = cluster.command("both").env(variable, value).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success() && error.contains(expected), "{error}");
    }
    // The script too: the ports of this cluster are taken.
    let mut script = Command::new("bash");
    let program = Nats::program().unwrap();
    script.arg(SCRIPT).env("NATS_SERVER", program).env("PORT", cluster.port.to_string());
    let output = script.output()?;
    let error = String::from_utf8(output.stderr)?;
    let expected = format!("port {} is taken", cluster.port);
    assert!(!output.status.success() && error.contains(&expected), "{error}");
    Ok(())
}
