//! Servers in this process.

use std::{net::SocketAddr, sync::mpsc, thread};

use axum::Router;
use tokio::{net::TcpListener, runtime};

/// Serves a router on a thread of its own, until the process ends.
///
/// # Panics
///
/// If no port is left on this machine.
#[must_use]
#[expect(clippy::unwrap_used, reason = "for tests, which end there")]
pub fn serve(router: Router) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    receiver.recv().unwrap()
}
