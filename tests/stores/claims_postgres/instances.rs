//! Several processes.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use super::*;

/// Another process that claims events.
pub(super) struct Claimant {
    program: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Claimant {
    pub(super) fn start(url: &str) -> Result<Self, Box<dyn Error>> {
        let mut program = Command::new(env!("CARGO_BIN_EXE_claims"))
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = program.stdin.take().unwrap();
        let output = BufReader::new(program.stdout.take().unwrap());
        Ok(Self { program, input, output })
    }

    /// Starts the claims of a hundred events, without waiting for the answer.
    pub(super) fn claim(&mut self, hundred: u32) -> Outcome {
        Ok(writeln!(self.input, "{hundred}")?)
    }

    /// Returns the events that were fresh.
    pub(super) fn fresh(&mut self) -> Result<Vec<u32>, Box<dyn Error>> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        assert!(line.ends_with('\n'), "it failed");
        Ok(line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?)
    }
}

impl Drop for Claimant {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[test]
fn each_of_2_000_events_is_claimed_once_by_256_tasks_of_4_processes() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let claimants: Result<Vec<_>, _> = (0..4).map(|_| Claimant::start(&postgres.url())).collect();
    let mut claimants = claimants?;
    let mut won = [0; 4];
    for hundred in 0..20 {
        for claimant in &mut claimants {
            claimant.claim(hundred)?;
        }
        let mut all = Vec::new();
        for (claimant, won) in claimants.iter_mut().zip(&mut won) {
            let fresh = claimant.fresh()?;
            *won += fresh.len();
            all.extend(fresh);
        }
        let different = all.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!((all.len(), different.len()), (100, 100), "{hundred}: {all:?}");
        assert!(different.iter().all(|event| event / 100 == hundred));
    }
    // Each process won some of the races.
    assert!(won.iter().all(|won| *won > 0), "{won:?}");
    Ok(())
}
