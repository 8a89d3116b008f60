//! Many workers at once, which must keep the order of deliveries about one object.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    sync::Barrier,
    task::{JoinSet, yield_now},
    time::{Instant, sleep},
};

use super::{
    super::{
        super::{SerialInbox, Wanted},
        races::{TASKS, join},
        trial::{LONG, Outcome, PATIENCE, PAUSE, Trial, name, wanted},
    },
    about,
};

/// For each object, the count of its finished deliveries. The deliveries of an object are numbered
/// from 0, and are taken one after another: the count is the number of the delivery that a worker
/// has just taken.
type Finished = [AtomicUsize; OBJECTS];

pub(in super::super) async fn workers<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    for number in 0..NUMBERS {
        for object in 0..OBJECTS {
            let entry = about(&object.to_string(), &format!("{object}-{number}"))?;
            trial.is_new(&entry, "not accepted before").await?;
        }
    }
    let (barrier, finished) = (Arc::new(Barrier::new(TASKS)), Arc::new(Finished::default()));
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let (trial, barrier, finished) = (trial.clone(), barrier.clone(), Arc::clone(&finished));
        let wanted = Wanted { most: task % 4 + 1, ..wanted(LONG) };
        tasks.spawn(async move {
            barrier.wait().await;
            take(&trial, &wanted, &finished).await
        });
    }
    join(tasks).await?;
    trial.takes_nothing("all deliveries were finished in a race").await
}

async fn take<S: SerialInbox>(trial: &Trial<S>, wanted: &Wanted, finished: &Finished) -> Outcome {
    let mut deadline = Instant::now() + PATIENCE;
    let count = || finished.iter().map(|count| count.load(Ordering::SeqCst)).sum::<usize>();
    while count() < OBJECTS * NUMBERS {
        let taken = trial.take(wanted).await?;
        if taken.is_empty() {
            if Instant::now() > deadline {
                return Err(format!("{} of {} were taken", count(), OBJECTS * NUMBERS));
            }
            sleep(PAUSE).await;
            continue;
        }
        for taken in taken {
            let name = name(&taken)?;
            let (object, number) = name.split_once('-').unwrap_or_default();
            let object = object.parse::<usize>().unwrap_or_default();
            let before = &finished[object % OBJECTS];
            let expected = before.load(Ordering::SeqCst);
            if number != expected.to_string() {
                return Err(format!("{name} was taken while {object}-{expected} was not done"));
            }
            yield_now().await;
            before.fetch_add(1, Ordering::SeqCst);
            trial.finishes(&taken.held, "taken in a race").await?;
        }
        deadline = Instant::now() + PATIENCE;
    }
    Ok(())
}

const OBJECTS: usize = 8;
const NUMBERS: usize = 12;
