//! An inbox whose file another process has locked.

use super::{slack::from_slack, *};

fn unavailable() -> Answer {
    Answer::new(503, r#"{"error":"Service unavailable"}"#)
}

/// Sends deliveries while the file is locked, and others afterwards.
fn while_locked<const N: usize, const M: usize>(
    during: [&Vec<u8>; N],
    afterwards: [&Vec<u8>; M],
) -> Vec<Step> {
    let during = during.into_iter().flat_map(|bytes| [Step::Send(bytes.clone()), Step::Answer]);
    let afterwards = afterwards.into_iter().map(|bytes| Step::Send(bytes.clone()));
    [Step::Lock].into_iter().chain(during).chain([Step::Unlock]).chain(afterwards).collect()
}

pub(super) fn rows() -> Vec<Row> {
    let (new, known) = (to(&event_of("busy_1")), to(&event_of("busy_2")));
    let forged = post(&event_of("busy_1")).forged().bytes();
    let challenge = r#"{"challenge":"3eZbrw1a","type":"url_verification"}"#;
    let shake = from_slack(SECRET, 0, challenge).bytes();
    let mut known_steps = vec![Step::Send(known.clone()), Step::Answer];
    known_steps.extend(while_locked([&known], [&known]));
    vec![
        Row::ours(
            "the inbox is locked, and the delivery is kept when it is sent again",
            while_locked([&new, &new], [&new, &new]),
            vec![unavailable(), unavailable(), received(), duplicate()],
        )
        .effects(["busy_1"]),
        Row::ours(
            "the inbox is locked for a duplicate",
            known_steps,
            vec![received(), unavailable(), duplicate()],
        )
        .effects(["busy_2"]),
        Row::ours(
            "the inbox is locked, and forged deliveries and handshakes do not need it",
            while_locked([&forged, &shake], []),
            vec![refused(), Answer::new(200, "3eZbrw1a")],
        ),
    ]
}

/// Rows for a receiver whose transactions wait for the lock for longer than the answer does.
pub(in super::super) fn late_rows() -> Vec<Row> {
    let late = to(&event_of("late_1"));
    vec![
        // The transaction is still waiting when the answer is due. It then commits, so the delivery
        // that was answered 503 is kept, and the next one is its duplicate.
        Row::ours(
            "the inbox is locked at the deadline, and keeps the delivery afterwards",
            while_locked([&late], [&late, &late]),
            vec![unavailable(), duplicate(), duplicate()],
        )
        .effects(["late_1"]),
    ]
}
