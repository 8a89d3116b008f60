//! The database is stopped, or does not answer.

use std::{io, thread};

use countersign_tests::{Reply, Wire};

use super::{Outcome, Service, delivery};

fn assert_unavailable(reply: &Reply, tenant: &str) {
    let wait = reply.header("retry-after").and_then(|wait| wait.parse::<u64>().ok());
    assert_eq!((reply.status, wait.is_some()), (503, true), "{tenant}: {reply:?}");
    assert!(!reply.text().contains(tenant), "{}", reply.text());
}

#[test]
fn serves_whom_it_remembers_while_the_database_is_stopped() -> Outcome {
    let Some(mut service) = Service::of(&["warm", "cold", "colder"])? else { return Ok(()) };
    assert_eq!(service.status("warm")?, 200);
    assert_eq!(service.status("unknown")?, 401);

    for round in 0..3 {
        service.postgres.stop()?;
        assert_eq!(service.status("warm")?, 200);
        assert_eq!(service.deliver("warm", "whsec_cold")?.status, 401);
        for tenant in ["cold", "colder", "nobody"] {
            let secret = format!("whsec_{tenant}");
            assert_unavailable(&service.deliver(tenant, &secret)?, tenant);
        }
        let errors = service.errors()?;
        assert!(errors.contains("tenant cold: "), "{errors}");
        assert!(!errors.contains("whsec_"), "{errors}");

        service.postgres.start_again()?;
        // By the first delivery after it is back.
        assert_eq!(service.status("cold")?, 200, "{round}");
        assert_eq!(service.status("nobody")?, 401);
        // It listens again, and so forgets what it looked up.
        service.wait_for("the database reports changed secrets")?;
        service.change("cold", "update webhook_secrets set current = 'whsec_new'")?;
        assert_eq!(service.status("cold")?, 401);
        service.change("cold", "update webhook_secrets set current = 'whsec_cold'")?;
        service.postgres.execute("update webhook_secrets set tenant = tenant")?;
        service.wait_for("colder: secrets changed")?;
        assert_eq!(service.status("warm")?, 200);
        service.postgres.execute("notify webhook_secrets, 'nobody'")?;
        service.wait_for("nobody: secrets changed")?;
    }
    Ok(())
}

#[test]
fn answers_in_time_while_the_database_does_not() -> Outcome {
    let Some(mut service) = Service::of(&["warm", "cold"])? else { return Ok(()) };
    assert_eq!(service.status("warm")?, 200);
    for _ in 0..2 {
        service.postgres.freeze()?;
        // More than there are connections to the database.
        let waiting: Vec<_> = (0..20)
            .map(|count| {
                let tenant = if count == 0 { "cold".to_owned() } else { format!("cold{count}") };
                let mut wire = Wire::connect(service.program.addr())?;
                wire.send(delivery(&tenant, "whsec_cold"))?;
                Ok(thread::spawn(move || (tenant, wire.reply())))
            })
            .collect::<io::Result<_>>()?;
        // Whom it remembers does not wait for them.
        assert_eq!(service.status("warm")?, 200);
        for waiting in waiting {
            let (tenant, reply) = waiting.join().unwrap();
            assert_unavailable(&reply?, &tenant);
        }
        let errors = service.errors()?;
        assert!(errors.contains("tenant cold: the database does not answer"), "{errors}");

        service.postgres.thaw()?;
        assert_eq!(service.status("cold")?, 200);
        service.change("cold", "update webhook_secrets set current = current")?;
    }
    Ok(())
}

#[test]
fn gives_up_a_lookup_that_takes_too_long() -> Outcome {
    let Some(service) = Service::of(&["cold"])? else { return Ok(()) };
    let postgres = &service.postgres;
    let lock = "from pg_locks where relation = 'webhook_secrets'::regclass and granted \
                and mode = 'AccessExclusiveLock'";
    thread::scope(|scope| {
        let locked = scope
            .spawn(|| postgres.execute("begin; lock table webhook_secrets; select pg_sleep(60)"));
        while postgres.execute(&format!("select count(*) {lock}"))? == "0" {
            assert!(!locked.is_finished());
        }
        assert_unavailable(&service.deliver("cold", "whsec_cold")?, "cold");
        let errors = service.errors()?;
        assert!(errors.contains("canceling statement due to statement timeout"), "{errors}");

        postgres.execute(&format!("select pg_terminate_backend(pid) {lock}"))?;
        assert_eq!(service.status("cold")?, 200);
        Ok(())
    })
}
