//! The load: `wrk`, on a core of its own.

use std::{fs, net::SocketAddr, path::PathBuf, time::Duration};

use countersign_bench::{Delivery, servers::PATH, target};
use tokio::{process::Command, time::timeout};

use crate::{Outcome, Settings};

/// Figures of `wrk` for one turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) requests_per_second: f64,
    /// Median time of a request, in microseconds.
    pub(crate) half_within: f64,
    /// Time within which 99 of 100 requests end, in microseconds.
    pub(crate) almost_all_within: f64,
    pub(crate) requests: u64,
    /// Answers with a status of 400 or more.
    pub(crate) refused: u64,
    /// Connections that failed, were reset or timed out.
    pub(crate) broken: u64,
}

/// A script from which `wrk` reads the delivery.
pub(crate) struct Script(PathBuf);

impl Script {
    pub(crate) fn new(name: &str, delivery: &Delivery) -> Outcome<Self> {
        let folder = target().join("http-bench");
        fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let body = folder.join(format!("{name}.json"));
        fs::write(&body, &delivery.body)?;
        // `wrk` writes these two headers itself.
        let own = ["host", "content-length"];
        let headers = delivery.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let headers: String = headers
            .map(|(name, value)| format!("wrk.headers[\"{name}\"] = \"{value}\"\n"))
            .collect();
        let script = folder.join(format!("{name}.lua"));
        let body = body.display();
        fs::write(
            &script,
            format!(
                "wrk.method = \"POST\"\n{headers}local file = assert(io.open(\"{body}\", \"rb\"))\nwrk.body = file:read(\"*a\")\nfile:close()\n{DONE}"
            ),
        )?;
        Ok(Self(script))
    }
}

/// Prints the figures in one line.
const DONE: &str = r#"
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("seen %d %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"#;

/// Sends requests for this many seconds.
pub(crate) async fn fire(
    addr: SocketAddr,
    script: &Script,
    connections: u32,
    seconds: u64,
    settings: &Settings,
) -> Outcome<Turn> {
    let mut command = Command::new("taskset");
    command.args(["-c", &settings.load_core.to_string(), "wrk", "-t1"]);
    command.args([format!("-c{connections}"), format!("-d{seconds}s"), "-s".to_owned()]);
    command.arg(&script.0).arg(format!("http://{addr}{PATH}")).kill_on_drop(true);
    let patience = Duration::from_secs(seconds + 10);
    let output = timeout(patience, command.output()).await??;
    let text = String::from_utf8_lossy(&output.stdout);
    let seen = text
        .lines()
        .find_map(|line| line.strip_prefix("seen "))
        .ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let figures: Vec<u64> = seen.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, microseconds, half, almost_all, refused, broken] = figures[..] else {
        return Err("wrk says something else".into());
    };
    Ok(Turn {
        requests_per_second: requests as f64 / microseconds as f64 * 1e6,
        half_within: half as f64,
        almost_all_within: almost_all as f64,
        requests,
        refused,
        broken,
    })
}

/// Checks for the needed programs. The error says how to install a missing one.
pub(crate) fn check() -> Outcome<()> {
    for (program, package) in [("wrk", "wrk"), ("taskset", "util-linux")] {
        let version = std::process::Command::new(program).arg("--version").output();
        if version.is_err() {
            return Err(format!("{program} is missing: apt-get install {package}").into());
        }
    }
    let cores = std::thread::available_parallelism()?.get();
    if cores < 2 { Err("two cores are needed: one serves, one fires".into()) } else { Ok(()) }
}
