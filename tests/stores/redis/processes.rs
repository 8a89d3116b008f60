//! Several processes at the same time.

use std::{
    io::{self, BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use countersign_tests::Redis;

use crate::Outcome;

#[test]
fn four_processes_of_64_tasks_claim_each_event_once() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let mut workers = Vec::new();
    for _ in 0..4 {
        workers.push(Worker::start(&redis.url())?);
    }
    let mut claimed = Vec::new();
    let mut shares = [0; 4];
    // The workers go step by step, so that no worker claims all events before the others start.
    for hundred in 0..100 {
        for worker in &mut workers {
            worker.begin(hundred)?;
        }
        for (worker, share) in workers.iter_mut().zip(&mut shares) {
            let fresh = worker.fresh()?;
            *share += fresh.len();
            claimed.extend(fresh);
        }
    }
    claimed.sort_unstable();
    assert!(claimed.into_iter().eq(0..10_000));
    assert!(shares.iter().all(|share| *share > 0), "{shares:?}");
    Ok(())
}

/// A process that claims hundreds of events.
struct Worker {
    process: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(url: &str) -> io::Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claims"));
        let mut process = command.arg(url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Ok(Self { process, stdin, lines })
    }

    fn begin(&mut self, hundred: usize) -> io::Result<()> {
        writeln!(self.stdin, "{hundred}")
    }

    /// Returns the events that this process was the first to claim.
    fn fresh(&mut self) -> io::Result<Vec<usize>> {
        let line = self.lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
        Ok(line.split_whitespace().map(|event| event.parse().unwrap()).collect())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
