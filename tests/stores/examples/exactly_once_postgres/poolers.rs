//! A pooler in front of the database.

use std::{io, thread};

use countersign_tests::{PgBouncer, Postgres, Program, Wire, delivery};

use super::{Outcome, example, payment, told};

#[test]
fn of_copies_that_two_programs_get_one_is_credited_behind_a_pooler() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, 4)? else { return Ok(()) };
    let start = || Program::start(&mut example(&pooler.url()));
    let programs = [start()?, start()?];
    postgres.execute("insert into accounts (name) values ('acme')")?;
    for event in 1..=50 {
        let delivery = delivery("/webhooks", &payment("acme", &format!("evt_{event}")));
        let send = |copy: usize| {
            let mut wire = Wire::connect(programs[copy % 2].addr())?;
            wire.send(&*delivery)?;
            Ok(thread::spawn(move || wire.reply()))
        };
        let copies: Vec<_> = (0..8).map(send).collect::<io::Result<_>>()?;
        let mut first = 0;
        for copy in copies {
            match told(&copy.join().unwrap()?) {
                (200, None) => first += 1,
                replayed => assert_eq!(replayed, (200, Some("true")), "{event}"),
            }
        }
        assert_eq!(first, 1, "{event}");
    }
    let credited = "select balance, (select count(*) from payments) from accounts";
    assert_eq!(postgres.execute(credited)?, "250|50");
    Ok(())
}
