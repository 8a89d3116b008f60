//! The database is stopped, or does not answer.

use super::{Outcome, Service, assert_send_again, told};

#[test]
fn what_comes_while_the_database_is_stopped_is_sent_again() -> Outcome {
    let Some(mut service) = Service::start()? else { return Ok(()) };
    for round in 1..=3 {
        let id = format!("evt_{round}");
        service.postgres.stop()?;
        for _ in 0..20 {
            assert_send_again(&service.deliver(&id)?);
        }
        service.postgres.start_again()?;
        assert_eq!(told(&service.deliver(&id)?), (200, None));
        assert_eq!(told(&service.deliver(&id)?), (200, Some("true")));
        assert_eq!(service.credited()?, format!("{}|{round}", round * 5));
    }
    Ok(())
}

#[test]
fn what_comes_while_the_database_is_frozen_is_answered_in_time() -> Outcome {
    let Some(mut service) = Service::start()? else { return Ok(()) };
    assert_eq!(told(&service.deliver("evt_0")?), (200, None));
    service.postgres.freeze()?;
    // More than there are connections.
    let sent: Result<Vec<_>, _> = (0..40).map(|_| service.send("evt_1")).collect();
    for sent in sent? {
        assert_send_again(&sent.join().unwrap()?);
    }
    service.postgres.thaw()?;
    // What was on its way then may have come to its end, or not.
    assert_eq!(service.deliver("evt_1")?.status, 200);
    assert_eq!(told(&service.deliver("evt_1")?), (200, Some("true")));
    assert_eq!(service.credited()?, "10|2");
    Ok(())
}
