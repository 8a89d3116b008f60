//! Reading on after a rejection, so that the rejection reaches its sender.
//!
//! Many clients write their whole request before they read the answer. A server that answers and
//! closes while such a client still writes makes the system reset the connection, and the reset
//! discards the answer that has arrived already (RFC 9112, section 9.6). So the answer goes out at
//! once, and a task reads and drops what still comes, within limits.

use std::{pin::Pin, time::Duration};

use bytes::Buf;
use http::{Version, header::EXPECT, request::Parts};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

/// Reads and drops the rest of a rejected request's body in a task of its own.
///
/// It does nothing over HTTP/2 and later, where a stream ends without its connection; after
/// `Expect: 100-continue`, where the client waits for leave to send, which reading would give;
/// outside of a tokio runtime; and while [`PLACES`] other tasks do the same.
pub(super) fn linger<B>(rest: Pin<Box<B>>, parts: &Parts)
where
    B: Body + Send + 'static,
{
    // The task ends by itself.
    drop(spawn(rest, parts, &FREE));
}

fn spawn<B>(rest: Pin<Box<B>>, parts: &Parts, free: &'static Semaphore) -> Option<JoinHandle<()>>
where
    B: Body + Send + 'static,
{
    if parts.version > Version::HTTP_11 || parts.headers.contains_key(EXPECT) {
        return None;
    }
    let runtime = Handle::try_current().ok()?;
    let place = free.try_acquire().ok()?;
    Some(runtime.spawn(async move {
        discard(rest).await;
        drop(place);
    }))
}

/// Reads and drops a body until it ends, or a limit is reached.
async fn discard<B: Body>(mut body: Pin<Box<B>>) {
    let end = Instant::now() + TOTAL;
    let mut idle_end = Instant::now() + IDLE;
    let mut room = BYTES;
    while let Ok(Some(Ok(length))) = timeout_at(end.min(idle_end), next_length(&mut body)).await {
        let now = Instant::now();
        let Some(left) = room.checked_sub(length) else { return };
        // A body that is always ready never lets the timer speak.
        if now >= end.min(idle_end) {
            return;
        }
        if length > 0 {
            idle_end = now + IDLE;
        }
        room = left;
    }
}

/// The number of bytes in the next frame.
async fn next_length<B: Body>(body: &mut Pin<Box<B>>) -> Option<Result<usize, B::Error>> {
    let frame = body.frame().await?;
    Some(frame.map(|frame| frame.data_ref().map_or(0, Buf::remaining)))
}

/// Places that no task has.
static FREE: Semaphore = Semaphore::const_new(PLACES);

/// Tasks at once in this process. Each holds what the server buffers for its connection, about
/// half a MiB; without a bound, 500 senders cost 243 MiB.
const PLACES: usize = 32;

/// Bytes that one task reads: more than providers send, and 16 times the default limit of a body.
const BYTES: usize = 16 * 1024 * 1024;

/// Time for one task in all: the default deadline of a body.
const TOTAL: Duration = Duration::from_secs(10);

/// Time without a byte. A sender that still sends does not pause for so long; one that has read
/// the answer is silent.
const IDLE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
