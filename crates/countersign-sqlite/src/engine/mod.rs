//! Threads that own a connection to the file, and run jobs on it.
//!
//! ```text
//! caller -- job --> queue --> writer thread: begin, all jobs that wait, commit, all answers
//! caller -- job --> queue --> reader thread: one job after another, each with its answer
//! ```

mod connection;
mod job;
mod queue;
mod reader;
mod schema;
mod statements;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use connection::Location;
pub(crate) use queue::Queue;
pub(crate) use statements::Statements;
pub(crate) use writer::{Upkeep, within_transaction};
