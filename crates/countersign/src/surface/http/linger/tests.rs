use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::Request;
use http_body::Frame;
use tokio::time::{Sleep, sleep};

use super::*;

/// A body that counts the bytes that were read. It has `left` chunks.
struct Source {
    chunk: Bytes,
    left: usize,
    read: Arc<AtomicUsize>,
    /// Time between two chunks.
    pace: Duration,
    next: Option<Pin<Box<Sleep>>>,
    ends: bool,
}

impl Source {
    fn new(length: usize, count: usize) -> Self {
        Self {
            chunk: vec![b'x'; length].into(),
            left: count,
            read: Arc::default(),
            pace: Duration::ZERO,
            next: None,
            ends: true,
        }
    }

    fn every(self, seconds: u64) -> Self {
        Self { pace: Duration::from_secs(seconds), ..self }
    }

    /// Makes the body stall after its chunks, without an end.
    fn stalling(self) -> Self {
        Self { ends: false, ..self }
    }

    /// Reads the body as the rest of a request. Returns the number of bytes that were read, and the
    /// time taken.
    async fn discarded(self) -> (usize, Duration) {
        let (read, start) = (self.read.clone(), Instant::now());
        let task = spawn(Box::pin(self), &request(), free(1));
        task.expect("a task was spawned").await.unwrap();
        (read.load(Ordering::Relaxed), start.elapsed())
    }
}

impl Body for Source {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return if self.ends { Poll::Ready(None) } else { Poll::Pending };
        }
        if !self.pace.is_zero() {
            let pace = self.pace;
            let next = self.next.get_or_insert_with(|| Box::pin(sleep(pace)));
            std::task::ready!(next.as_mut().poll(cx));
            self.next = None;
        }
        self.left -= 1;
        self.read.fetch_add(self.chunk.len(), Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(self.chunk.clone()))))
    }
}

fn request() -> Parts {
    Request::new(()).into_parts().0
}

/// Places for tasks, for one test only.
fn free(count: usize) -> &'static Semaphore {
    Box::leak(Box::new(Semaphore::new(count)))
}

#[tokio::test(start_paused = true)]
async fn reads_a_body_to_its_end() {
    assert_eq!(Source::new(1000, 5000).discarded().await, (5_000_000, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn stops_after_16_mib() {
    const MIB: usize = 1024 * 1024;
    assert_eq!(Source::new(MIB, 1000).discarded().await.0, 17 * MIB);
    // The end of a body is still noticed if the body is exactly as long as the limit.
    assert_eq!(Source::new(MIB, 16).discarded().await.0, 16 * MIB);
}

#[tokio::test(start_paused = true)]
async fn stops_after_10_seconds() {
    let (read, took) = Source::new(1, 1000).every(1).discarded().await;
    assert_eq!(took, Duration::from_secs(10));
    assert!((9..=10).contains(&read), "{read}");
}

#[tokio::test(start_paused = true)]
async fn stops_after_2_seconds_without_a_byte() {
    let (read, took) = Source::new(10, 3).stalling().discarded().await;
    assert_eq!((read, took), (30, Duration::from_secs(2)));
    // A frame without a byte does not extend the time.
    let (_, took) = Source::new(0, 1000).every(1).discarded().await;
    assert_eq!(took, Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn reads_30_bodies_at_once_and_no_more() {
    let free = free(PLACES);
    let stalling = || Box::pin(Source::new(1, 1).stalling());
    let tasks: Vec<_> = (0..PLACES).map(|_| spawn(stalling(), &request(), free)).collect();
    assert!(tasks.iter().all(Option::is_some));
    assert!(spawn(stalling(), &request(), free).is_none());
    for task in tasks.into_iter().flatten() {
        task.await.unwrap();
    }
    assert!(spawn(stalling(), &request(), free).is_some());
}

#[tokio::test(start_paused = true)]
async fn gives_its_place_back_when_a_body_panics() {
    struct Panicking;
    impl Body for Panicking {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            panic!("a body that panics")
        }
    }
    let free = free(1);
    let task = spawn(Box::pin(Panicking), &request(), free).expect("a task was spawned");
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(free.available_permits(), 1);
}

#[tokio::test]
async fn reads_nothing_over_http_2_nor_after_expect() {
    let mut http_2 = request();
    http_2.version = Version::HTTP_2;
    let mut expecting = request();
    expecting.headers.insert(EXPECT, http::HeaderValue::from_static("100-continue"));
    for parts in [http_2, expecting] {
        assert!(spawn(Box::pin(Source::new(1, 1)), &parts, free(1)).is_none());
    }
    for version in [Version::HTTP_10, Version::HTTP_11] {
        let mut parts = request();
        parts.version = version;
        assert!(spawn(Box::pin(Source::new(1, 1)), &parts, free(1)).is_some());
    }
}

#[test]
fn reads_nothing_outside_of_a_runtime() {
    assert!(spawn(Box::pin(Source::new(1, 1)), &request(), free(1)).is_none());
}

#[test]
fn the_pages_state_the_number_of_tasks() {
    let answers = include_str!("../../../../guide/answers.md");
    let differences = include_str!("../../../actix_web/mod.rs");
    for page in [answers, differences] {
        assert!(page.contains(&format!("by at most {PLACES} tasks at once")));
    }
    assert!(answers.contains(&format!("16 MiB, 10 s, {PLACES} tasks at once")));
    let threats = include_str!("../../../../guide/threat_model.md");
    assert!(threats.contains(&format!("and {PLACES} requests at a time")));
}
