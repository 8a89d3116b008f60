//! The PostgreSQL server that other tests use.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    error::Error,
    fs,
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
    time::Duration,
};

use countersign_tests::{PATIENCE, Postgres};

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn keeps_its_address_and_its_data_while_it_is_stopped() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let url = postgres.url();
    postgres.execute("create table kept (x int); insert into kept values (1), (2)")?;
    postgres.stop()?;
    assert!(postgres.execute("select 1").is_err());
    postgres.start_again()?;
    assert_eq!(postgres.execute("select * from kept")?, "1\n2");
    assert_eq!(postgres.url(), url);
    Ok(())
}

#[test]
fn answers_nothing_while_it_is_frozen() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    postgres.freeze()?;
    let mut socket = UnixStream::connect(postgres.folder().join(".s.PGSQL.5432"))?;
    // The request for TLS has eight bytes, and its answer has one.
    socket.write_all(&[0, 0, 0, 8, 4, 210, 22, 47])?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    assert_eq!(socket.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    postgres.thaw()?;
    socket.set_read_timeout(Some(PATIENCE))?;
    assert_eq!(socket.read(&mut [0])?, 1);
    Ok(())
}

#[test]
fn ends_with_a_test_that_panics() -> Outcome {
    for freezes in [false, true] {
        let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
        let folder = postgres.folder().to_owned();
        let pid = fs::read_to_string(folder.join("data/postmaster.pid"))?;
        let pid = pid.lines().next().unwrap().to_owned();
        let is_running = || {
            let kill = Command::new("kill").args(["-0", &pid]).output();
            kill.is_ok_and(|output| output.status.success())
        };
        assert!(is_running());
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            if freezes {
                postgres.freeze().unwrap();
            }
            assert_eq!(postgres.url(), "", "as a test does");
        }));
        assert!(panicked.is_err());
        assert!(!is_running() && !folder.exists());
    }
    Ok(())
}
