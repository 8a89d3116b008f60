//! The sender of the deliveries, which acts like a provider.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use countersign_tests::{Wire, signature};

use crate::events::body;

pub(crate) const SECRET: &str = "secret of faults";

/// The result of all deliveries.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Deliveries that were given up.
    pub(crate) given_up: usize,
    /// Requests that ended without an answer.
    pub(crate) unanswered: usize,
}

/// Delivers events over as many connections as a provider uses. Each delivery is sent until the
/// answer is 2xx, or a 4xx other than 429. Many senders take such a 4xx as final.
pub(crate) fn deliver(
    deliveries: Vec<String>,
    path: &str,
    rate: Option<u32>,
    addrs: &[SocketAddr],
    answered: &AtomicUsize,
) -> Sent {
    let begin = Instant::now();
    let all = deliveries.len();
    let queue = Mutex::new(VecDeque::from(deliveries));
    let (given_up, unanswered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for worker in 0..AT_ONCE {
            let (queue, given_up, unanswered) = (&queue, &given_up, &unanswered);
            scope.spawn(move || {
                let mut connection =
                    Connection { addrs, path, turn: worker, wire: None, unanswered };
                let next = || {
                    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
                    let number = all - queue.len();
                    Some((queue.pop_front()?, number))
                };
                while let Some((id, number)) = next() {
                    if let Some(rate) = rate {
                        let due = Duration::from_secs_f64(number as f64 / f64::from(rate));
                        thread::sleep(due.saturating_sub(begin.elapsed()));
                    }
                    if connection.deliver(&id) {
                        answered.fetch_add(1, Ordering::Relaxed);
                    } else {
                        given_up.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    Sent { given_up: given_up.into_inner(), unanswered: unanswered.into_inner() }
}

struct Connection<'a> {
    addrs: &'a [SocketAddr],
    path: &'a str,
    turn: usize,
    wire: Option<Wire>,
    unanswered: &'a AtomicUsize,
}

impl Connection<'_> {
    /// Sends a delivery until it is answered, and doubles the pause after each attempt.
    fn deliver(&mut self, id: &str) -> bool {
        let body = body(id);
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: receiver\r\nX-Webhook-Signature: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.path,
            signature(SECRET, &body),
            body.len(),
        );
        let begin = Instant::now();
        let mut pause = Duration::from_millis(5);
        while begin.elapsed() < PATIENCE {
            match self.exchange(&request) {
                Ok(200..=299) => return true,
                // Many senders take these statuses as final.
                Ok(400..=428 | 430..=499) => return false,
                // The connection broke, or the receiver is starting.
                Err(_) => self.wire = None,
                Ok(_) => {}
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(500));
        }
        false
    }

    fn exchange(&mut self, request: &str) -> io::Result<u16> {
        let mut wire = match self.wire.take() {
            Some(wire) => wire,
            None => {
                // The next connection goes to the other receiver.
                self.turn += 1;
                Wire::connect(self.addrs[self.turn % self.addrs.len()])?
            }
        };
        let status = wire
            .exchange(request)
            .inspect_err(|_| {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            })?
            .status;
        self.wire = Some(wire);
        Ok(status)
    }
}

/// Number of connections.
const AT_ONCE: usize = 32;

/// Time after which a delivery is given up. It is longer than a lease.
const PATIENCE: Duration = Duration::from_secs(120);
