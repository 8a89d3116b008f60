//! The order of deliveries about one object.

use std::time::Duration;

use super::{
    super::{
        super::{SerialInbox, Wanted},
        samples::{ENDPOINT, OTHER, entry},
        trial::{LONG, Outcome, SHORT, Trial, wanted},
    },
    about, about_at,
};

pub(in super::super) async fn in_turn<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    for name in ["a1", "a2", "a3"] {
        trial.is_new(&about("a", name)?, name).await?;
    }
    let [first] = trial.takes(&wanted(LONG), ["a1"], "a1 was accepted first").await?;
    trial.takes_nothing("a1 is running").await?;
    trial.fails(&first.held, Duration::ZERO, "held").await?;
    let when = "the retry of a1 is due, after a2 and a3 were accepted";
    let [again] = trial.takes(&wanted(SHORT), ["a1"], when).await?;
    let late = trial.comes(&wanted(LONG), "a1", "the lease of a1 runs out").await?;
    trial.has_lost(&again.held, "the lease of a1 ran out").await?;
    trial.finishes(&late.held, "held").await?;

    let [second] = trial.takes(&wanted(LONG), ["a2"], "a1 is done").await?;
    trial.is_new(&about("a", "a4")?, "a1 is done, and a2 is running").await?;
    trial.takes_nothing("a2 is running").await?;
    trial.finishes(&second.held, "held").await?;
    let [third] = trial.takes(&wanted(LONG), ["a3"], "a2 is done").await?;
    trial.finishes(&third.held, "held").await?;
    trial.takes(&wanted(LONG), ["a4"], "a3 is done").await.map(drop)
}

/// A delivery that waits for its retry holds back those about its object, however many there are.
pub(in super::super) async fn held_back<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    trial.is_new(&about("a", "a1")?, "not accepted before").await?;
    let [held] = trial.takes(&wanted(LONG), ["a1"], "accepted").await?;
    trial.fails(&held.held, LONG, "held").await?;
    for number in 2..MANY {
        let name = format!("a{number}");
        trial.is_new(&about("a", &name)?, "the first one waits for its retry").await?;
    }
    for (object, name) in [("b", "b1"), ("A", "A1"), ("", "empty"), ("a ", "space"), ("b", "b2")] {
        trial.is_new(&about(object, name)?, "the object is another one").await?;
    }
    trial.is_new(&about_at(OTHER, "a", "other1")?, "the endpoint is another one").await?;
    let one = Wanted { most: 1, ..wanted(LONG) };
    let when = "a1 waits for its retry, and holds back many before b1";
    let [first] = trial.takes(&one, ["b1"], when).await?;
    let endpoints = vec![ENDPOINT.to_owned(), OTHER.to_owned()];
    let both = Wanted { endpoints, ..wanted(LONG) };
    let when = "a1 waits for its retry, and b1 is running";
    trial.takes(&both, ["A1", "empty", "space", "other1"], when).await?;
    trial.finishes(&first.held, "held").await?;
    trial.takes(&both, ["b2"], "a1 waits for its retry, and b1 is done").await?;
    if trial.pass(LONG) {
        let [again] = trial.takes(&one, ["a1"], "the retry of a1 is due").await?;
        trial.finishes(&again.held, "held").await?;
        trial.takes(&one, ["a2"], "a1 is done").await?;
    }
    Ok(())
}

pub(in super::super) async fn dead<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    for name in ["a1", "a2"] {
        trial.is_new(&about("a", name)?, name).await?;
    }
    let [first] = trial.takes(&wanted(LONG), ["a1"], "a1 was accepted first").await?;
    trial.buries(&first.held, "held").await?;
    let [second] = trial.takes(&wanted(LONG), ["a2"], "a1 is dead").await?;
    trial.fails(&second.held, SHORT, "held").await?;
    let second = trial.comes(&wanted(LONG), "a2", "its retry becomes due").await?;
    trial.finishes(&second.held, "held").await
}

pub(in super::super) async fn without_object<S: SerialInbox>(trial: Trial<S>) -> Outcome {
    trial.is_new(&entry("1")?, "no object").await?;
    trial.is_new(&about("a", "a1")?, "an object").await?;
    trial.is_new(&entry("2")?, "no object").await?;
    trial.is_new(&about("a", "a2")?, "the same object").await?;
    trial.is_new(&entry("3")?, "no object").await?;
    let when = "three deliveries have no object, and two have the same";
    let [first, ..] = trial.takes(&wanted(LONG), ["1", "a1", "2", "3"], when).await?;
    trial.is_new(&entry("4")?, "no object").await?;
    trial.takes(&wanted(LONG), ["4"], "others without an object are running").await?;
    trial.fails(&first.held, LONG, "held").await?;
    trial.is_new(&entry("5")?, "no object").await?;
    trial.takes(&wanted(LONG), ["5"], "another without an object waits").await.map(drop)
}

const MANY: usize = 40;
