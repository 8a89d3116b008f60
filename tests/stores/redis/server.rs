//! The Redis server that the other tests use.

use std::{
    io::{ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use countersign_tests::{PATIENCE, Redis};

use crate::Outcome;

#[test]
fn keeps_its_address_and_its_data_while_it_is_stopped() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let url = redis.url();
    redis.execute(["SET", "kept", "1"])?;
    redis.stop()?;
    assert!(redis.execute(["PING"]).is_err());
    redis.start_again()?;
    assert_eq!(redis.execute(["GET", "kept"])?, "1");
    assert_eq!(redis.url(), url);
    assert!(redis.execute(["INCR"]).is_err());
    Ok(())
}

#[test]
fn answers_nothing_while_it_is_frozen() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    redis.freeze()?;
    let mut socket = UnixStream::connect(redis.folder().join("socket"))?;
    socket.write_all(b"PING\r\n")?;
    socket.set_read_timeout(Some(Duration::from_millis(200)))?;
    assert_eq!(socket.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    redis.thaw()?;
    socket.set_read_timeout(Some(PATIENCE))?;
    assert_eq!(socket.read(&mut [0])?, 1);
    Ok(())
}

#[test]
fn ends_with_a_test_that_panics() -> Outcome {
    for freezes in [false, true] {
        let Some(mut redis) = Redis::start()? else { return Ok(()) };
        let folder = redis.folder().to_owned();
        let connection = UnixStream::connect(folder.join("socket"))?;
        let panicked = catch_unwind(AssertUnwindSafe(move || {
            if freezes {
                redis.freeze().unwrap();
            }
            assert_eq!(redis.url(), "", "as a test does");
        }));
        assert!(panicked.is_err());
        // The server is gone.
        connection.set_read_timeout(Some(PATIENCE))?;
        assert!(matches!((&connection).read(&mut [0]), Ok(0) | Err(_)));
        assert!(!folder.exists());
    }
    Ok(())
}
