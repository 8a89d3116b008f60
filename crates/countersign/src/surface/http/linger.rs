//! Reads the rest of a rejected body, so that the answer reaches the sender.
//!
//! Many clients write their whole request before they read the answer. If the server answers and
//! closes the connection while such a client still writes, the operating system resets the
//! connection, and the client loses the answer that has already arrived (RFC 9112, section 9.6).
//! The answer is therefore sent at once, and a task reads and drops the rest of the body, within
//! limits.

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
/// It does nothing in these cases:
/// - over HTTP/2 and later, because a stream can end while its connection stays open;
/// - after `Expect: 100-continue`: the client waits before it sends, and reading would make it
///   send;
/// - outside of a tokio runtime;
/// - while [`PLACES`] other tasks do the same.
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
        // Checked here as well, because the timer is not polled while the body is always ready.
        if now >= end.min(idle_end) {
            return;
        }
        if length > 0 {
            idle_end = now + IDLE;
        }
        room = left;
    }
}

/// Returns the number of bytes in the next frame.
async fn next_length<B: Body>(body: &mut Pin<Box<B>>) -> Option<Result<usize, B::Error>> {
    let frame = body.frame().await?;
    Some(frame.map(|frame| frame.data_ref().map_or(0, Buf::remaining)))
}

/// Free places for tasks, in the whole process.
static FREE: Semaphore = Semaphore::const_new(PLACES);

/// The number of tasks at once in this process. Each task keeps the server's buffers of its
/// connection, up to 0.75 MiB: 26 tasks took 17 to 18 MiB, and 28 took up to 21 MiB. Without a
/// limit, 500 senders took 243 MiB.
const PLACES: usize = 26;

/// In bytes: the most that one task reads. It is 16 times the default body limit.
const BYTES: usize = 16 * 1024 * 1024;

/// The longest time for one task: the default deadline of a body.
const TOTAL: Duration = Duration::from_secs(10);

/// The longest time without a byte. A sender that still sends its body does not pause for so long,
/// and a sender that has read the answer sends no more bytes.
const IDLE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
