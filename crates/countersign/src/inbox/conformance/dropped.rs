//! Calls whose future is dropped.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use tokio::{task::JoinSet, task::yield_now, time::timeout};

use super::{
    super::{InboxStore, Taken},
    samples::entry,
    trial::{LONG, Outcome, SHORT, Trial, name, wanted},
};

/// Clients hang up at any time, and workers are stopped.
pub(super) async fn calls<S: InboxStore>(trial: Trial<S>) -> Outcome {
    for polls in 0..POLLS {
        let entry = entry(&format!("event-{polls}"))?;
        drop_after(polls, trial.accept(&entry)).await;
        // New if the call was dropped before the delivery was kept, and a duplicate otherwise.
        trial.accept(&entry).await?;
        trial.is_duplicate(&entry, "accepted, after a call was dropped").await?;
    }
    let taken = trial.take(&wanted(LONG)).await?;
    let mut names = taken.iter().map(name).collect::<Outcome<Vec<_>>>()?;
    finish(&trial, &taken).await?;
    names.sort_unstable();
    names.dedup();
    if names.len() != POLLS || taken.len() != POLLS {
        let (taken, kept) = (taken.len(), names.len());
        return Err(format!("{POLLS} events were accepted: {kept} are kept, {taken} were taken"));
    }
    for polls in 0..POLLS {
        let name = format!("taken-{polls}");
        trial.is_new(&entry(&name)?, "not accepted before").await?;
        drop_after(polls, trial.take(&wanted(SHORT))).await;
        let when = "a call that takes it was dropped, and its lease runs out";
        let taken = trial.comes(&wanted(LONG), &name, when).await?;
        finish(&trial, &[taken]).await?;
    }
    Ok(())
}

pub(super) async fn waits<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let wait = || timeout(SHORT, trial.store.wait_until_due());
    let _ = wait().await;
    trial.is_new(&entry("one")?, "a wait was dropped").await?;
    let _ = wait().await;
    let [one] = trial.takes(&wanted(LONG), ["one"], "accepted, and waited for").await?;
    let _ = wait().await;
    trial.finishes(&one.held, "waited while it was held").await?;

    let mut waiting = JoinSet::new();
    for _ in 0..WAITS {
        let store = trial.store.clone();
        waiting.spawn(async move { timeout(LONG, store.wait_until_due()).await });
    }
    let _ = wait().await;
    trial.is_new(&entry("two")?, "several workers wait").await?;
    let [two] = trial.takes(&wanted(LONG), ["two"], "accepted while workers wait").await?;
    trial.finishes(&two.held, "several workers wait").await
}

/// Polls a call at most this often, and drops it.
async fn drop_after<T>(polls: usize, call: impl Future<Output = T>) {
    let mut call = pin!(call);
    for _ in 0..polls {
        if poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await.is_ready() {
            break;
        }
        yield_now().await;
    }
}

async fn finish<S: InboxStore>(trial: &Trial<S>, taken: &[Taken]) -> Outcome {
    for taken in taken {
        trial.finishes(&taken.held, "a call was dropped").await?;
    }
    Ok(())
}

const POLLS: usize = 12;
const WAITS: usize = 8;
