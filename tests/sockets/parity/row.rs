//! What a row of the table is.

use std::sync::LazyLock;

use countersign_tests::Reply;

/// Bytes to send, and what is to come of them.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
    pub(crate) expected: Expected,
}

/// One thing a sender does.
pub(crate) enum Step {
    /// Sends bytes at once.
    Send(Vec<u8>),
    /// Sends bytes at once. They take seconds to make, and are made only when this row runs.
    SendLate(LazyLock<Vec<u8>>),
    /// Sends bytes one by one.
    Dribble(Vec<u8>),
    /// Says that no more will come.
    HalfClose,
}

/// What has to come back.
#[derive(Debug)]
pub(crate) enum Expected {
    /// We decide: the same on all surfaces, and these lines in the effects file.
    Ours { replies: Vec<Answer>, effects: Vec<String> },
    /// The server decides before we see anything: one of these lists of statuses, no effect.
    Servers { hyper: &'static [&'static [u16]], actix: &'static [&'static [u16]] },
}

/// What matters of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) closes: bool,
    /// It was told to be a duplicate's.
    pub(crate) is_replayed: bool,
}

impl Answer {
    pub(crate) fn of(reply: &Reply) -> Self {
        Self {
            status: reply.status,
            body: reply.text().to_owned(),
            closes: reply.header("connection") == Some("close"),
            is_replayed: reply.header("idempotent-replayed") == Some("true"),
        }
    }
}

impl Row {
    pub(crate) fn ours(name: &'static str, steps: Vec<Step>, replies: Vec<Answer>) -> Self {
        Self { name, steps, expected: Expected::Ours { replies, effects: Vec::new() } }
    }

    /// Makes the bytes of [`Step::SendLate`]. Call this before a deadline of a connection runs.
    pub(crate) fn make_ready(&self) {
        for step in &self.steps {
            if let Step::SendLate(bytes) = step {
                LazyLock::force(bytes);
            }
        }
    }

    /// Adds what a handler did.
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
