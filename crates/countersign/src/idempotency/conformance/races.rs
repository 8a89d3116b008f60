//! Many claims at once.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use tokio::{
    sync::Barrier,
    task::{JoinSet, yield_now},
};

use super::{
    super::{Claim, Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn one_event<S: Store>(trial: Trial<S>) -> Outcome {
    for round in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(TASKS));
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            let (trial, barrier) = (trial.clone(), Arc::clone(&barrier));
            tasks.spawn(async move {
                let one = lease(&format!("event-{round}"));
                barrier.wait().await;
                match trial.claim(&one, LONG).await? {
                    Claim::Fresh => Ok(1),
                    Claim::InProgress { .. } => Ok(0),
                    Claim::Done { .. } => {
                        Err("a claim returned Done, but no worker completed the event".to_owned())
                    }
                }
            });
        }
        match sum(tasks).await? {
            1 => {}
            fresh => return Err(format!("{fresh} of {TASKS} claims returned Fresh")),
        }
    }
    Ok(())
}

/// Each event is claimed by [`COPIES`] tasks at about the same time, and completed by one of them.
pub(super) async fn many<S: Store>(trial: Trial<S>) -> Outcome {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let trial = trial.clone();
        let events = (0..EVENTS).filter(move |event| event % (TASKS / COPIES) == task / COPIES);
        tasks.spawn(async move {
            let mut fresh = 0;
            for event in events {
                let one = lease(&event.to_string());
                if trial.claim(&one, LONG).await? == Claim::Fresh {
                    fresh += 1;
                    trial.completes(&one, LONG, b"", Settled::Applied, "claimed in a race").await?;
                }
            }
            Ok(fresh)
        });
    }
    match sum(tasks).await? {
        EVENTS => {}
        fresh => return Err(format!("{EVENTS} events were claimed {fresh} times")),
    }
    for event in 0..EVENTS {
        trial.is_done(&lease(&event.to_string()), b"", "completed in a race").await?;
    }
    Ok(())
}

/// Clients hang up at any time, and the futures that served them are dropped.
pub(super) async fn dropped<S: Store>(trial: Trial<S>) -> Outcome {
    for polls in 0..POLLS {
        let id = format!("event-{polls}");
        let one = lease(&id);
        {
            let mut claim = pin!(trial.claim(&one, SHORT));
            for _ in 0..polls {
                if poll_fn(|context| Poll::Ready(claim.as_mut().poll(context))).await.is_ready() {
                    break;
                }
                yield_now().await;
            }
        }
        if let Claim::Done { .. } = trial.claim(&lease(&id), SHORT).await? {
            return Err("done, and nobody has completed it".to_owned());
        }
        trial
            .is_fresh(
                &lease(&format!("{id}-next")),
                LONG,
                "no lease has claimed the event, and a claim of another event was dropped",
            )
            .await?;
    }
    trial.outlive(SHORT).await?;
    for polls in 0..POLLS {
        trial.becomes_free(&format!("event-{polls}"), "claimed, and dropped").await?;
    }
    Ok(())
}

async fn sum(mut tasks: JoinSet<Outcome<usize>>) -> Outcome<usize> {
    let mut sum = 0;
    while let Some(task) = tasks.join_next().await {
        sum += task.map_err(|panic| panic.to_string())??;
    }
    Ok(sum)
}

const TASKS: usize = 64;
const EVENTS: usize = 1000;
const COPIES: usize = 8;
const ROUNDS: usize = 16;
const POLLS: usize = 12;
