use bytes::Bytes;

use super::*;
use crate::explain::refusal::{LONGEST_BODY, LONGEST_HEADERS, LONGEST_TEXT};

const BODY: &[u8] = &[b'a'; 1 << 20];

#[derive(Debug)]
struct Words(usize);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"é".repeat(self.0))
    }
}

impl std::error::Error for Words {}

/// Notes a rejection that is not examined.
fn note(refusals: &Refusals, endpoint: &str, name: &'static str) -> Option<u64> {
    let (reason, status, headers, body) = (&Words(1), 401, &[], None);
    refusals.note(&Rejected { endpoint, name, reason, status, headers, body })
}

/// Notes a mismatch that is examined, and whose parts are too long to be kept whole.
fn note_examined(refusals: &Refusals, endpoint: &str) -> Option<u64> {
    let headers: Vec<_> = (0..64).map(|_| ("x".to_owned(), "é".repeat(4096))).collect();
    let (name, reason, status, headers) = ("mismatch", &Words(1 << 20), 401, &*headers);
    let body = Some(&Bytes::from_static(BODY));
    refusals.note(&Rejected { endpoint, name, reason, status, headers, body })
}

/// Counts the kept rejections with this endpoint and this reason.
fn kept(refusals: &Refusals, endpoint: &str, name: &str) -> usize {
    let list = refusals.list();
    list.iter().filter(|one| one.endpoint == endpoint && one.name == name).count()
}

#[test]
fn keeps_the_last_ones_and_only_their_start() {
    let refusals = Refusals::new();
    for _ in 0..250 {
        note_examined(&refusals, "e");
    }
    assert_eq!(note(&refusals, "e", DUPLICATE), None);
    let list = refusals.list();
    assert_eq!((list.len(), list[0].number, list[49].number), (50, 250, 201));
    assert_eq!(list[0].body.as_ref().map(Bytes::len), Some(LONGEST_BODY));
    assert_eq!(list[0].body_length, 1 << 20);
    assert_eq!(list[0].headers[0], ("x".to_owned(), "é".repeat((LONGEST_HEADERS - 49) / 2)));
    assert_eq!(list[0].headers.len(), 1);

    refusals.add_verdict(250, &"é".repeat(LONGEST_TEXT), "advice");
    refusals.add_verdict(1, "forgotten", "");
    let examined = refusals.get(250).unwrap();
    assert_eq!(examined.verdict.as_deref(), Some(&*"é".repeat(LONGEST_TEXT / 2)));
    assert_eq!(examined.advice.as_deref(), Some("advice"));
    assert_eq!(examined.reason, "é".repeat(LONGEST_TEXT / 2));
    assert!(refusals.get(1).is_none());
    // The list that was read before has not changed, and reading copies nothing.
    assert!(list[0].verdict.is_none() && Arc::ptr_eq(&list[1], &refusals.get(249).unwrap()));

    let counts: Vec<_> = refusals
        .counts(SystemTime::UNIX_EPOCH, Duration::MAX)
        .into_iter()
        .map(|count| (count.reason, count.number))
        .collect();
    assert_eq!(counts, [("duplicate", 1), ("mismatch", 250)]);

    let bare = Refusals::without_bodies();
    note_examined(&bare, "e");
    assert!(bare.list()[0].body.is_none() && bare.list()[0].headers.is_empty());
}

#[test]
fn many_short_headers_take_no_more_memory_than_one_long_header() {
    let refusals = Refusals::new();
    let headers = vec![(String::new(), String::new()); 10_000];
    let (reason, body) = (&Words(1), Some(&Bytes::from_static(BODY)));
    let (endpoint, name, status, headers) = ("e", "mismatch", 401, &*headers);
    refusals.note(&Rejected { endpoint, name, reason, status, headers, body });
    let list = refusals.list();
    assert_eq!(list[0].headers.len(), LONGEST_HEADERS / size_of::<(String, String)>());
    assert_eq!(list[0].headers.capacity(), list[0].headers.len());
}

#[test]
fn a_flood_of_missing_signatures_leaves_the_last_50_mismatches() {
    let refusals = Refusals::new();
    for _ in 0..60 {
        note(&refusals, "e", "mismatch");
    }
    for _ in 0..10_000 {
        note(&refusals, "e", "missing_signature");
    }
    let numbers: Vec<_> = refusals.list().iter().map(|one| one.number).collect();
    let expected: Vec<_> = (11..=60).chain(10_011..=10_060).rev().collect();
    assert_eq!(numbers, expected);
}

#[test]
fn a_flood_of_mismatches_leaves_the_others() {
    let refusals = Refusals::new();
    for name in ["missing_signature", "stale_timestamp", "store"] {
        note(&refusals, "e", name);
    }
    for _ in 0..10_000 {
        note(&refusals, "e", "mismatch");
    }
    assert_eq!(kept(&refusals, "e", "mismatch"), 50);
    for name in ["missing_signature", "stale_timestamp", "store"] {
        assert_eq!(kept(&refusals, "e", name), 1, "{name}");
    }
}

#[test]
fn a_scanner_of_many_endpoints_leaves_the_other_reasons() {
    let refusals = Refusals::new();
    for name in ["store", "misconfigured"] {
        note(&refusals, "e", name);
    }
    for number in 0..10_000 {
        note(&refusals, &format!("e{}", number % 200), "missing_signature");
    }
    assert_eq!(kept(&refusals, "e", "store"), 1);
    assert_eq!(kept(&refusals, "e", "misconfigured"), 1);
}

#[test]
fn a_forger_at_one_endpoint_leaves_the_mismatches_of_the_others() {
    let refusals = Refusals::new();
    for _ in 0..3 {
        note(&refusals, "quiet", "mismatch");
    }
    for _ in 0..10_000 {
        note(&refusals, "attacked", "mismatch");
    }
    assert_eq!(kept(&refusals, "quiet", "mismatch"), 3);
    assert_eq!(kept(&refusals, "attacked", "mismatch"), 47);
}

#[test]
fn a_flood_gets_no_more_than_an_equal_share_of_the_places_in_use() {
    let refusals = Refusals::new();
    for _ in 0..50 {
        note(&refusals, "first", "mismatch");
    }
    for _ in 0..1_000 {
        note(&refusals, "second", "mismatch");
    }
    assert_eq!(kept(&refusals, "first", "mismatch"), 25);
    assert_eq!(kept(&refusals, "second", "mismatch"), 25);
}

#[test]
fn a_flood_at_more_endpoints_than_places_leaves_the_last_ones() {
    let refusals = Refusals::new();
    for number in 0..1_000 {
        note(&refusals, &format!("e{}", number % 200), "mismatch");
    }
    let numbers: Vec<_> = refusals.list().iter().map(|one| one.number).collect();
    assert_eq!(numbers, (951..=1_000).rev().collect::<Vec<_>>());
}

#[test]
fn examined_mismatches_stay_during_a_flood_of_others() {
    let refusals = Refusals::new();
    let mut examined = Vec::new();
    for _ in 0..30 {
        examined.extend(note_examined(&refusals, "e"));
        for _ in 0..1_000 {
            note(&refusals, "e", "mismatch");
        }
    }
    // Half of the places of mismatches.
    for number in &examined[5..] {
        refusals.add_verdict(*number, "cause", "advice");
        assert_eq!(refusals.get(*number).unwrap().verdict.as_deref(), Some("cause"));
    }
}
