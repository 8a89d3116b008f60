//! A pooler in front of the database.

use std::thread;

use countersign_tests::{PgBouncer, Postgres};

use super::{Outcome, Service, example, insert};

#[test]
fn looks_secrets_up_through_a_pooler_and_listens_to_the_server() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, 2)? else { return Ok(()) };
    let mut command = example(&pooler.url());
    command.env("LISTEN_URL", postgres.url());
    let mut service = Service::started(command, postgres)?;
    let tenants: Vec<_> = (0..40).map(|tenant| format!("tenant-{tenant}")).collect();
    for tenant in &tenants {
        service.postgres.execute(&insert(tenant, &format!("whsec_{tenant}")))?;
        service.wait_for(&format!("{tenant}: secrets changed"))?;
    }
    thread::scope(|scope| {
        let service = &service;
        let all: Vec<_> =
            tenants.iter().map(|tenant| scope.spawn(move || service.status(tenant))).collect();
        for status in all {
            assert_eq!(status.join().unwrap().unwrap(), 200);
        }
    });
    service.change("tenant-7", "update webhook_secrets set current = 'whsec_new'")?;
    assert_eq!(service.status("tenant-7")?, 401);
    assert_eq!(service.deliver("tenant-7", "whsec_new")?.status, 200);
    Ok(())
}

#[test]
fn starts_while_a_transaction_has_changed_a_secret() -> Outcome {
    let Some(service) = Service::of(&["acme"])? else { return Ok(()) };
    let postgres = &service.postgres;
    let changing = "from pg_stat_activity where query like '%pg_sleep(60)%' \
                    and pid <> pg_backend_pid()";
    thread::scope(|scope| {
        let changed = scope.spawn(|| {
            postgres.execute(
                "begin; update webhook_secrets set current = 'whsec_next'; select pg_sleep(60)",
            )
        });
        let locked = "select count(*) from pg_locks where relation = 'webhook_secrets'::regclass \
                      and granted and mode = 'RowExclusiveLock'";
        while postgres.execute(locked)? == "0" {
            assert!(!changed.is_finished());
        }
        let another = countersign_tests::Program::start(&mut example(&postgres.url()));
        postgres.execute(&format!("select pg_terminate_backend(pid) {changing}"))?;
        another?;
        assert_eq!(service.status("acme")?, 200);
        Ok(())
    })
}
