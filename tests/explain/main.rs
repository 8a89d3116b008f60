//! `countersign-explain` on deliveries that real tools broke: see `generate/README.md`.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_core::providers::AnyProvider;
use countersign_explain::{Case, Report, explain};
use serde::Deserialize;

#[derive(Deserialize)]
struct Delivery {
    name: String,
    provider: String,
    /// The cause, or `unknown`.
    cause: String,
    /// Other causes that are true as well.
    #[serde(default)]
    accept: Vec<String>,
    /// Further causes, all of which have to be found.
    #[serde(default)]
    also: Vec<String>,
    story: String,
    secrets: Vec<String>,
    url: Option<String>,
    headers: Vec<(String, String)>,
    body_base64: String,
    received_at: u64,
}

impl Delivery {
    fn explain(&self) -> Report {
        let body = STANDARD.decode(&self.body_base64).unwrap();
        let provider = AnyProvider::named(&self.provider).unwrap();
        let mut case = Case::new(body)
            .provider(provider)
            .headers(self.headers.clone())
            .received_at(UNIX_EPOCH + Duration::from_secs(self.received_at))
            // The machine may be busy.
            .time_limit(Duration::from_secs(60));
        for secret in &self.secrets {
            case = case.secret(secret);
        }
        if let Some(url) = &self.url {
            case = case.url(url);
        }
        explain(&case)
    }

    fn judge(&self, report: &Report) -> Judgment {
        let causes = report.causes();
        let has = |name: &String| causes.iter().any(|cause| cause.name() == name);
        let is_right = if self.cause == "unknown" {
            !report.is_certain()
        } else {
            (has(&self.cause) || self.accept.iter().any(has)) && self.also.iter().all(has)
        };
        let is_true = |name: &str| {
            let known = self.accept.iter().chain(&self.also).chain([&self.cause]);
            known.into_iter().any(|known| known == name)
        };
        let is_wrong = report.is_certain() && !causes.iter().any(|cause| is_true(cause.name()));
        match (is_right, is_wrong) {
            (true, _) => Judgment::Found,
            (false, true) => Judgment::Wrong,
            (false, false) => Judgment::Missed,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Judgment {
    Found,
    Missed,
    /// Another cause was stated as certain.
    Wrong,
}

#[test]
fn finds_the_causes_of_deliveries_that_real_tools_broke() {
    let lines = include_str!("corpus.jsonl").lines();
    let deliveries: Vec<Delivery> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(deliveries.len() >= 200, "{}", deliveries.len());
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let (mut found, mut wrong) = (0, Vec::new());
    for delivery in &deliveries {
        let report = delivery.explain();
        let judgment = delivery.judge(&report);
        let count = counts.entry(&delivery.cause).or_default();
        count[1] += 1;
        if judgment == Judgment::Found {
            found += 1;
            count[0] += 1;
        } else {
            println!(
                "{judgment:?}: {} ({}; also {:?})",
                delivery.name, delivery.cause, delivery.also
            );
            println!("    {}\n    {}", delivery.story, report.headline());
        }
        if judgment == Judgment::Wrong {
            wrong.push(&*delivery.name);
        }
        let text = format!("{report}{}", serde_json::to_string(&report).unwrap());
        for secret in delivery.secrets.iter().filter(|secret| secret.len() >= 12) {
            assert!(!text.contains(secret.trim()), "{} shows its secret", delivery.name);
        }
    }
    println!("{found} of {} found: {counts:?}", deliveries.len());
    assert!(wrong.is_empty(), "wrong causes, stated as certain: {wrong:?}");
    assert!(found * 100 >= deliveries.len() * 95, "{found} of {}", deliveries.len());
}
