//! The suite that every inbox must pass.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign::inbox::conformance;

use super::*;

async fn passes_with(nodes: usize) -> Outcome {
    let Some(nats) = Nats::start(nodes)? else { return Ok(()) };
    let made = AtomicU64::new(0);
    let inbox = async || {
        let client = connect(&nats).await.unwrap();
        let name = format!("inbox-{}", made.fetch_add(1, Ordering::SeqCst));
        NatsInbox::builder(client, &name).replicas(nodes).open().await.unwrap()
    };
    conformance::check(&inbox).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_on_one_server() -> Outcome {
    passes_with(1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_on_three_servers() -> Outcome {
    passes_with(3).await
}
