//! Bodies that come in frames: the time from the last frame to the answer.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use bytes::Bytes;
use countersign_bench::{
    Delivery,
    servers::{Handler, PATH, router},
};
use http_body::Frame;
use tower::Service;

use crate::table::Entry;

pub(crate) const COLLECTED: &str = "axum: collect, then hash";
pub(crate) const OURS: &str = "axum: VerifiedBody";

const FRAMES: usize = 64;

/// A router that collects the body and then hashes it, and ours.
pub(crate) fn subjects() -> Vec<Entry> {
    let delivery = Delivery::plain(1024 * 1024);
    [(COLLECTED, Handler::Raw), (OURS, Handler::Extractor)]
        .map(|(name, handler)| Entry::new(name, COLLECTED, None, timed(handler, &delivery)))
        .into()
}

/// Measures from the moment when the last frame is there.
fn timed(handler: Handler, delivery: &Delivery) -> impl FnMut(u32) -> Duration + use<> {
    let mut service = router(handler).into_service::<Body>();
    let headers = delivery.header_map();
    let body = delivery.body.clone();
    move |times| {
        let mut took = Duration::ZERO;
        for _ in 0..times {
            let is_last_there = Arc::new(AtomicBool::new(false));
            let frames = Frames {
                // Each frame has a buffer of its own, as if it was read from a socket.
                rest: body.chunks(body.len() / FRAMES).map(Bytes::copy_from_slice).collect(),
                is_last_there: Arc::clone(&is_last_there),
            };
            let mut request = Request::new(Body::new(frames));
            *request.method_mut() = Method::POST;
            *request.uri_mut() = PATH.parse().unwrap();
            request.headers_mut().clone_from(&headers);

            let mut response = pin!(service.call(request));
            let mut context = Context::from_waker(Waker::noop());
            assert!(response.as_mut().poll(&mut context).is_pending());
            is_last_there.store(true, Ordering::Relaxed);
            let start = Instant::now();
            let Poll::Ready(Ok(response)) = response.as_mut().poll(&mut context) else {
                panic!("a whole request is not answered at once")
            };
            took += start.elapsed();
            assert_eq!(response.status(), StatusCode::OK);
        }
        took
    }
}

/// A body whose last frame comes late.
struct Frames {
    rest: std::collections::VecDeque<Bytes>,
    is_last_there: Arc<AtomicBool>,
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.len() == 1 && !self.is_last_there.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        Poll::Ready(self.rest.pop_front().map(|frame| Ok(Frame::data(frame))))
    }
}
