//! Many workers at once.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    super::{Accepted, InboxStore, Wanted},
    samples::entry,
    trial::{LONG, Outcome, PATIENCE, PAUSE, Trial, is_attempt, name, wanted},
};

pub(super) async fn one_event<S: InboxStore>(trial: Trial<S>) -> Outcome {
    for round in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(TASKS));
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            let (trial, barrier) = (trial.clone(), Arc::clone(&barrier));
            let entry = entry(&format!("event-{round}"))?;
            tasks.spawn(async move {
                barrier.wait().await;
                Ok(usize::from(trial.accept(&entry).await? == Accepted::New))
            });
        }
        match join(tasks).await?.iter().sum() {
            1 => {}
            new => return Err(format!("{new} of {TASKS} deliveries of one event were new")),
        }
    }
    match trial.take(&wanted(LONG)).await?.len() {
        ROUNDS => Ok(()),
        taken => Err(format!("{taken} deliveries were taken, and {ROUNDS} were new")),
    }
}

/// Each worker takes a few deliveries at a time, until all have been taken.
pub(super) async fn many<S: InboxStore>(trial: Trial<S>) -> Outcome {
    accept(&trial).await?;
    let (barrier, left) = (Arc::new(Barrier::new(TASKS)), Arc::new(AtomicUsize::new(EVENTS)));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (trial, barrier, left) = (trial.clone(), Arc::clone(&barrier), Arc::clone(&left));
        let wanted = Wanted { most: task % 7 + 1, ..wanted(LONG) };
        tasks.spawn(async move {
            barrier.wait().await;
            take(&trial, &wanted, &left).await
        });
    }
    let taken: Vec<_> = join(tasks).await?.into_iter().flatten().collect();
    let different: HashSet<_> = taken.iter().collect();
    if (taken.len(), different.len()) != (EVENTS, EVENTS) {
        let (taken, different) = (taken.len(), different.len());
        return Err(format!("{EVENTS} deliveries: {different} of them were taken, {taken} times"));
    }
    trial.takes_nothing("all deliveries were finished in a race").await
}

async fn accept<S: InboxStore>(trial: &Trial<S>) -> Outcome {
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let trial = trial.clone();
        tasks.spawn(async move {
            for event in (task..EVENTS).step_by(TASKS) {
                trial.is_new(&entry(&event.to_string())?, "not accepted before").await?;
            }
            Ok(())
        });
    }
    join(tasks).await.map(drop)
}

/// An engine under a race may return nothing although a delivery is due, so the worker asks again.
async fn take<S: InboxStore>(
    trial: &Trial<S>,
    wanted: &Wanted,
    left: &AtomicUsize,
) -> Outcome<Vec<String>> {
    let (mut names, mut deadline) = (Vec::new(), Instant::now() + PATIENCE);
    while left.load(Ordering::SeqCst) > 0 {
        let taken = trial.take(wanted).await?;
        if taken.is_empty() {
            if Instant::now() > deadline {
                return Err(format!("{} deliveries are never taken", left.load(Ordering::SeqCst)));
            }
            sleep(PAUSE).await;
            continue;
        }
        for taken in taken {
            is_attempt(&taken, 1, false, "taken in a race")?;
            trial.finishes(&taken.held, "taken in a race").await?;
            names.push(name(&taken)?);
            let _ =
                left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        }
        deadline = Instant::now() + PATIENCE;
    }
    Ok(names)
}

pub(super) async fn join<T: 'static>(mut tasks: JoinSet<Outcome<T>>) -> Outcome<Vec<T>> {
    let mut outcomes = Vec::new();
    while let Some(task) = tasks.join_next().await {
        outcomes.push(task.map_err(|panic| panic.to_string())??);
    }
    Ok(outcomes)
}

pub(super) const TASKS: usize = 64;
const EVENTS: usize = 1000;
const ROUNDS: usize = 16;
