//! The newest version of an object.

use super::super::{
    super::{Held, SerialInbox},
    samples::{ENDPOINT, OTHER, entry},
    trial::{LONG, Outcome, Trial, failed, wanted},
};

pub(in super::super) async fn newest<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    is_newest(&trial, "a", None, "no delivery was accepted").await?;
    let held = takes(&trial, "a", Some(5), "5").await?;
    is_newest(&trial, "a", None, "version 5 is running").await?;
    trial.finishes(&held, "held").await?;
    is_newest(&trial, "a", Some(5), "version 5 is done").await?;

    let held = takes(&trial, "a", Some(3), "3").await?;
    trial.finishes(&held, "held").await?;
    let held = takes(&trial, "a", None, "without version").await?;
    trial.finishes(&held, "held").await?;
    is_newest(&trial, "a", Some(5), "version 3 and one without a version are done, too").await?;

    let held = takes(&trial, "a", Some(8), "8").await?;
    trial.buries(&held, "held").await?;
    is_newest(&trial, "a", Some(5), "version 8 is dead").await?;
    let held = takes(&trial, "a", Some(9), "9").await?;
    trial.fails(&held, LONG, "held").await?;
    is_newest(&trial, "a", Some(5), "version 9 waits for its retry").await?;

    let held = takes(&trial, "b", Some(i64::MIN), "smallest").await?;
    trial.finishes(&held, "held").await?;
    is_newest(&trial, "b", Some(i64::MIN), "the smallest version is done").await?;
    let held = takes(&trial, "b", Some(-7), "negative").await?;
    trial.finishes(&held, "held").await?;
    is_newest(&trial, "b", Some(-7), "a negative version is done").await?;
    let held = takes(&trial, "b", Some(i64::MAX), "greatest").await?;
    trial.finishes(&held, "held").await?;
    is_newest(&trial, "b", Some(i64::MAX), "the greatest version is done").await?;
    is_newest(&trial, "a", Some(5), "version 5 is done, and others of another object").await?;
    is_newest(&trial, "A", None, "versions of other objects are done").await?;

    let seen = trial.store.newest_done(OTHER, "a").await;
    match seen.map_err(|error| failed("newest_done", &error))? {
        None => {}
        Some(version) => {
            return Err(format!("no delivery at this endpoint: newest_done returned {version}"));
        }
    }
    Ok(())
}

async fn takes<S: SerialInbox>(
    trial: &Trial<S>,
    object: &str,
    version: Option<i64>,
    name: &str,
) -> Outcome<Held> {
    trial.is_new(&entry(name)?.about(object, version), name).await?;
    let [taken] = trial.takes(&wanted(LONG), [name], "accepted").await?;
    Ok(taken.held)
}

async fn is_newest<S: SerialInbox>(
    trial: &Trial<S>,
    object: &str,
    expected: Option<i64>,
    when: &str,
) -> Outcome {
    let seen = trial.store.newest_done(ENDPOINT, object).await;
    match seen.map_err(|error| failed("newest_done", &error))? {
        seen if seen == expected => Ok(()),
        seen => Err(format!("{when}: newest_done returned {seen:?}, not {expected:?}")),
    }
}
