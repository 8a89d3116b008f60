//! Runs the example as a user does.

use std::{io, thread};

use countersign_tests::{Example, Wire, delivery};

const EXAMPLE: Example = Example("idempotency-memory");

const ACCOUNT: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"acme"}}"#;
const PAYMENT: &str = r#"{"id":"evt_2","type":"payment.succeeded","data":{"name":"acme"}}"#;

#[test]
fn keeps_the_promises_of_its_page() -> io::Result<()> {
    EXAMPLE.keeps_the_promises_of_its_page()
}

#[test]
fn names_what_is_wrong_at_the_start() -> io::Result<()> {
    EXAMPLE.names_what_is_wrong_at_the_start()
}

#[test]
fn finishes_what_is_in_flight() -> io::Result<()> {
    EXAMPLE.finishes_what_is_in_flight(&["TERM"], "/webhooks", ACCOUNT)
}

#[test]
fn counts_a_payment_once_however_often_it_is_delivered() -> io::Result<()> {
    let program = EXAMPLE.start()?;
    let deliver = |body: &str| {
        Wire::connect(program.addr())?.exchange(delivery("/webhooks", body)).map(|reply| {
            let is_replayed = reply.header("idempotent-replayed") == Some("true");
            (reply.status, reply.text().to_owned(), is_replayed)
        })
    };
    assert_eq!(deliver(ACCOUNT)?.0, 200);
    let replies: Vec<_> = thread::scope(|scope| {
        let copies: Vec<_> = (0..16).map(|_| scope.spawn(|| deliver(PAYMENT))).collect();
        copies.into_iter().map(|copy| copy.join().unwrap_or_else(|_| panic!("no reply"))).collect()
    });
    let mut counted = 0;
    for reply in replies {
        match reply? {
            (200, text, false) => {
                assert_eq!(text, "1 payment of acme");
                counted += 1;
            }
            (200, text, true) => assert_eq!(text, r#"{"duplicate":true}"#),
            (status, text, _) => assert_eq!((status, &*text), (503, r#"{"error":"In progress"}"#)),
        }
    }
    assert_eq!(counted, 1);
    // The answer to a forged delivery does not show whether its event was handled.
    let forged = delivery("/webhooks", PAYMENT).replace("acme", "acne");
    assert_eq!(Wire::connect(program.addr())?.exchange(forged)?.status, 401);
    Ok(())
}
