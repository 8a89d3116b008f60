//! One event, delivered often.

use countersign_tests::{Wire, delivery};

use super::{Outcome, Service, assert_send_again, payment, told};

#[test]
fn of_16_copies_at_once_one_is_credited() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    for event in 1..=10 {
        let id = format!("evt_{event}");
        let copies: Result<Vec<_>, _> = (0..16).map(|_| service.send(&id)).collect();
        let mut first = 0;
        for copy in copies? {
            match told(&copy.join().unwrap()?) {
                (200, None) => first += 1,
                replayed => assert_eq!(replayed, (200, Some("true"))),
            }
        }
        assert_eq!(first, 1);
        assert_eq!(service.credited()?, format!("{}|{event}", event * 5));
    }
    Ok(())
}

#[test]
fn different_events_are_credited_each() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    for id in ["1", "2", "\u{e9}", "a/b", " "] {
        assert_eq!(told(&service.deliver(id)?), (200, None), "{id}");
        assert_eq!(told(&service.deliver(id)?), (200, Some("true")), "{id}");
    }
    assert_eq!(service.credited()?, "25|5");
    Ok(())
}

#[test]
fn without_an_id_the_same_bytes_are_one_event() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    let deliver =
        |body: &str| Wire::connect(service.program.addr())?.exchange(delivery("/webhooks", body));
    let body = payment("acme", "x").replace(r#""id":"x","#, "");
    assert_eq!(told(&deliver(&body)?), (200, None));
    assert_eq!(told(&deliver(&body)?), (200, Some("true")));
    assert_eq!(told(&deliver(&format!("{body} "))?), (200, None));
    assert_eq!(service.credited()?, "10|2");
    Ok(())
}

#[test]
fn what_failed_is_new_when_it_is_sent_again() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    for _ in 0..3 {
        assert_send_again(&service.deliver_to("globex", "evt_1")?);
    }
    service.postgres.execute("insert into accounts (name) values ('globex')")?;
    assert_eq!(told(&service.deliver_to("globex", "evt_1")?), (200, None));
    assert_eq!(told(&service.deliver_to("globex", "evt_1")?), (200, Some("true")));
    let globex = "select balance from accounts where name = 'globex'";
    assert_eq!(service.postgres.execute(globex)?, "5");
    Ok(())
}

#[test]
fn forged_deliveries_claim_nothing() -> Outcome {
    let Some(service) = Service::start()? else { return Ok(()) };
    let forged = delivery("/webhooks", &payment("acme", "evt_1")).replace(":5", ":6");
    assert_eq!(Wire::connect(service.program.addr())?.exchange(forged)?.status, 401);
    assert_eq!(told(&service.deliver("evt_1")?), (200, None));
    assert_eq!(service.credited()?, "5|1");
    Ok(())
}
