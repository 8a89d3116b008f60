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

pub(crate) const SECRET: &str = "secret of faults";

/// Delivers events over as many connections as a provider uses. Each delivery is sent until the
/// answer is 2xx, or a 4xx other than 429. Many senders take such a 4xx as final. Returns the count
/// of the deliveries that were given up.
pub(crate) fn deliver(
    deliveries: Vec<String>,
    addrs: &[SocketAddr],
    answered: &AtomicUsize,
) -> usize {
    let queue = Mutex::new(VecDeque::from(deliveries));
    let given_up = AtomicUsize::new(0);
    thread::scope(|scope| {
        for worker in 0..AT_ONCE {
            let (queue, given_up) = (&queue, &given_up);
            scope.spawn(move || {
                let mut connection = Connection { addrs, turn: worker, wire: None };
                let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                while let Some(id) = next() {
                    if connection.deliver(&id) {
                        answered.fetch_add(1, Ordering::Relaxed);
                    } else {
                        given_up.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    given_up.into_inner()
}

struct Connection<'a> {
    addrs: &'a [SocketAddr],
    turn: usize,
    wire: Option<Wire>,
}

impl Connection<'_> {
    /// Sends a delivery until it is answered, and doubles the pause after each attempt.
    fn deliver(&mut self, id: &str) -> bool {
        let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{}}}}"#);
        let request = format!(
            "POST /webhook HTTP/1.1\r\nHost: receiver\r\nX-Webhook-Signature: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
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
        let status = wire.exchange(request)?.status;
        self.wire = Some(wire);
        Ok(status)
    }
}

/// Number of connections.
const AT_ONCE: usize = 32;

/// Time after which a delivery is given up. It is longer than a lease.
const PATIENCE: Duration = Duration::from_secs(120);
