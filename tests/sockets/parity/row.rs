//! A row of the table.

use std::sync::LazyLock;

use countersign_tests::Reply;

/// The bytes to send, and the expected result.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) expected: Expected,
}

/// One action of a sender.
pub(crate) enum Step {
    /// Sends bytes at once.
    Send(Vec<u8>),
    /// Sends bytes at once. They take seconds to make, and are made only when this row runs.
    SendLate(LazyLock<Vec<u8>>),
    /// Sends bytes one by one.
    Dribble(Vec<u8>),
    /// Closes the sending side of the connection.
    HalfClose,
    /// Reads the next answer before the next step.
    Answer,
    /// Locks the file of the inbox, so that nobody else can write to it.
    Lock,
    /// Unlocks the file of the inbox.
    Unlock,
}

/// The expected result.
#[derive(Debug)]
pub(crate) enum Expected {
    /// This project decides: all surfaces give these answers, and the effects file has these lines.
    Ours { replies: Vec<Answer>, effects: Vec<String> },
    /// The server decides before our code runs: one of these lists of statuses, and no effect.
    Servers { hyper: &'static [&'static [u16]], actix: &'static [&'static [u16]] },
}

/// The compared parts of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) closes: bool,
    /// True if the answer is marked as the answer to a duplicate.
    pub(crate) is_replayed: bool,
    /// True if the answer names the time after which the sender may try again.
    pub(crate) has_retry_after: bool,
}

impl Answer {
    pub(crate) fn of(reply: &Reply) -> Self {
        Self {
            status: reply.status,
            body: reply.text().to_owned(),
            closes: reply.header("connection") == Some("close"),
            is_replayed: reply.header("idempotent-replayed") == Some("true"),
            has_retry_after: reply.header("retry-after").is_some(),
        }
    }
}

impl Row {
    pub(crate) fn ours(name: &'static str, steps: Vec<Step>, replies: Vec<Answer>) -> Self {
        Self { name, steps, expected: Expected::Ours { replies, effects: Vec::new() } }
    }

    /// Makes the bytes of [`Step::SendLate`]. Call this before the deadline of a connection starts.
    pub(crate) fn make_ready(&self) {
        for step in &self.steps {
            if let Step::SendLate(bytes) = step {
                LazyLock::force(bytes);
            }
        }
    }

    /// Sets the expected lines in the effects file.
    pub(crate) fn effects<T: Into<String>>(mut self, lines: impl IntoIterator<Item = T>) -> Self {
        if let Expected::Ours { effects, .. } = &mut self.expected {
            *effects = lines.into_iter().map(Into::into).collect();
        }
        self
    }

    pub(crate) fn servers(
        name: &'static str,
        bytes: impl Into<Vec<u8>>,
        hyper: &'static [&'static [u16]],
        actix: &'static [&'static [u16]],
    ) -> Self {
        let steps = vec![Step::Send(bytes.into()), Step::HalfClose];
        Self { name, steps, expected: Expected::Servers { hyper, actix } }
    }
}
