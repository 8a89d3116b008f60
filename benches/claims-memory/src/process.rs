//! Figures of this process, from the kernel.

use std::{fs, time::Duration};

/// Returns the resident memory in bytes: `VmRSS`, proc_pid_status(5).
pub(crate) fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: f64 = line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap();
    kib * 1024.0
}

/// Returns the time that this thread was ready to run and had no core: the second figure of
/// `schedstat`.
pub(crate) fn waited() -> Duration {
    let schedstat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(schedstat.split(' ').nth(1).unwrap().parse().unwrap())
}
