//! What is logged, as text.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use tracing::Dispatch;
use tracing_subscriber::fmt::MakeWriter;

/// Collects log lines of every level.
#[derive(Clone, Debug, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Runs something and returns what it logged on this thread.
    pub fn of<T>(run: impl FnOnce() -> T) -> (T, String) {
        LazyLock::force(&SECOND);
        let logs = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(logs.clone())
            .finish();
        let result = tracing::subscriber::with_default(subscriber, run);
        let bytes = logs.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (result, String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// With one subscriber alone, tracing asks that of the thread which logs a line first whether
/// anybody listens, and keeps the answer for all threads: a test without one silences the others.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
