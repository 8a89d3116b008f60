//! What the table holds decides.

use std::{error::Error, io, thread};

use countersign_tests::{Postgres, Wire};

use super::{Outcome, Service, delivery, example, insert, undated};

#[test]
fn takes_each_tenant_by_its_own_secret_alone() -> Outcome {
    let tenants = ["acme", "globex", "0_-z"];
    let Some(service) = Service::of(&tenants)? else { return Ok(()) };
    for _ in ["looked up", "remembered"] {
        for tenant in tenants {
            for other in tenants {
                let reply = service.deliver(tenant, &format!("whsec_{other}"))?;
                let status = if tenant == other { 200 } else { 401 };
                assert_eq!(reply.status, status, "{tenant} by {other}");
                if tenant == other {
                    assert_eq!(reply.text(), format!("received for {tenant}"));
                }
            }
        }
    }
    for tenant in tenants {
        assert_eq!(service.lookups(tenant)?, 1, "{tenant}");
    }
    Ok(())
}

#[test]
fn answers_for_unknown_tenants_as_for_wrong_signatures() -> Outcome {
    let Some(mut service) = Service::of(&["acme"])? else { return Ok(()) };
    for _ in ["looked up", "remembered"] {
        let wrong = undated(service.deliver("acme", "whsec_wrong")?);
        let unknown = undated(service.deliver("nobody", "whsec_acme")?);
        assert_eq!((wrong.status, wrong.text()), (401, r#"{"error":"Invalid signature"}"#));
        assert_eq!(unknown, wrong);
    }
    assert_eq!((service.lookups("acme")?, service.lookups("nobody")?), (1, 1));

    // One that comes is known at once, and one that goes is unknown.
    service.postgres.execute(&insert("nobody", "whsec_nobody"))?;
    service.wait_for("nobody: secrets changed")?;
    assert_eq!(service.status("nobody")?, 200);
    service.change("nobody", "delete from webhook_secrets")?;
    assert_eq!(service.status("nobody")?, 401);
    // A tenant that changes its name is reported with both names.
    service.change("acme", "update webhook_secrets set tenant = 'emca'")?;
    service.wait_for("emca: secrets changed")?;
    assert_eq!(service.status("acme")?, 401);
    assert_eq!(service.deliver("emca", "whsec_acme")?.status, 200);
    Ok(())
}

const ROTATE: &str = "update webhook_secrets set retired = (array_prepend(current, retired))[:3], \
                      current = ";

#[test]
fn keeps_three_retired_secrets_in_force() -> Outcome {
    let Some(mut service) = Service::of(&["acme"])? else { return Ok(()) };
    let mut secrets = vec!["whsec_acme".to_owned()];
    for rotation in 1..=5 {
        let secret = format!("whsec_{rotation}");
        service.change("acme", &format!("{ROTATE} '{secret}'"))?;
        secrets.insert(0, secret);
        for (index, secret) in secrets.iter().enumerate() {
            let status = if index < 4 { 200 } else { 401 };
            assert_eq!(service.deliver("acme", secret)?.status, status, "{rotation}: {secret}");
            if status == 200 {
                let told = format!("acme: user.created, id evt_1: secret {index}");
                assert_eq!(service.program.line()?, told);
            }
        }
    }
    let four = "update webhook_secrets set retired = '{a,b,c,d}' where tenant = 'acme'";
    let error = service.postgres.execute(four).unwrap_err().to_string();
    assert!(error.contains("violates check constraint"), "{error}");
    Ok(())
}

#[test]
fn looks_a_tenant_up_once_for_all_that_wait() -> Outcome {
    let Some(mut service) = Service::of(&["acme"])? else { return Ok(()) };
    let addr = service.program.addr();
    let wires: io::Result<Vec<_>> = (0..100).map(|_| Wire::connect(addr)).collect();
    // The database takes its time, so that they all come before it has answered.
    service.postgres.freeze()?;
    let send = |mut wire: Wire| {
        wire.send(delivery("acme", "whsec_acme"))?;
        Ok(thread::spawn(move || wire.reply().map(|reply| reply.status)))
    };
    let waiting: io::Result<Vec<_>> = wires?.into_iter().map(send).collect();
    service.postgres.thaw()?;
    for waiting in waiting? {
        assert_eq!(waiting.join().unwrap()?, 200);
    }
    assert_eq!(service.lookups("acme")?, 1);
    Ok(())
}

#[test]
fn names_the_tenant_whose_secrets_cannot_be_used() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    // A table of former days, without checks.
    postgres.execute(
        "create table webhook_secrets (tenant text primary key, current text, retired text[]);
         insert into webhook_secrets values
             ('empty', '', '{}'),
             ('padded', e'hush\\n', '{}'),
             ('none', null, '{}'),
             ('retired-empty', 'hush', array['']),
             ('retired-none', 'hush', null),
             ('too-many', 'hush', '{hush1,hush2,hush3,hush4}'),
             ('good', 'hush', '{}')",
    )?;
    let service = Service::with(postgres)?;
    for (tenant, complaint) in [
        ("empty", "the secret is empty"),
        ("padded", "the secret has white space around it"),
        ("none", "column 0"),
        ("retired-empty", "the secret is empty"),
        ("retired-none", "column 1"),
        ("too-many", "more than 3 retired secrets"),
    ] {
        for _ in ["at first", "again"] {
            let reply = service.deliver(tenant, "hush")?;
            assert_eq!((reply.status, reply.header("retry-after").is_some()), (503, true));
        }
        let errors = service.errors()?;
        let named = format!("tenant {tenant}: ");
        let line = errors.lines().find(|line| line.contains(&named)).unwrap_or(&errors);
        assert!(line.contains(complaint), "{tenant}: {line}");
    }
    assert_eq!(service.deliver("good", "hush")?.status, 200);
    assert!(!service.errors()?.contains("hush"), "{}", service.errors()?);
    Ok(())
}

#[test]
fn makes_the_table_once_for_programs_that_start_together() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let url = postgres.url();
    let start = |_| {
        let url = url.clone();
        thread::spawn(move || countersign_tests::Program::start(&mut example(&url)))
    };
    let programs: Vec<_> = (0..4).map(start).collect();
    let programs: Result<Vec<_>, Box<dyn Error>> =
        programs.into_iter().map(|program| Ok(program.join().unwrap()?)).collect();
    postgres.execute(&insert("acme", "whsec_acme"))?;
    for program in programs? {
        let reply = Wire::connect(program.addr())?.exchange(delivery("acme", "whsec_acme"))?;
        assert_eq!(reply.status, 200);
    }
    Ok(())
}
