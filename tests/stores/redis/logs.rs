//! Log lines about a server that fails: each cause has its own line.

use countersign_redis::{
    RedisStore, connection_settings,
    redis::{Client, aio::ConnectionManager},
};
use countersign_tests::{Redis, claimed_in};

use crate::Outcome;

/// Returns the log lines of a delivery to a receiver that connects with this URL.
fn logged(url: &str) -> String {
    let (status, logs) = claimed_in(|| {
        let (client, settings) = (Client::open(url).unwrap(), connection_settings());
        RedisStore::new(ConnectionManager::new_lazy_with_config(client, settings).unwrap())
    });
    assert_eq!(status, 503, "{logs}");
    assert!(!logs.contains("hunter2"), "{logs}");
    logs
}

#[test]
fn each_failure_of_the_server_has_a_line_with_its_cause() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let url = redis.url();
    let cause = |url: &str, cause: &str| {
        let logs = logged(url);
        let line = logs.lines().find(|line| line.contains(" WARN countersign::idempotency: "));
        assert!(line.is_some_and(|line| line.contains(cause)), "{cause} is not in {logs}");
    };
    redis.execute(["ACL", "SETUSER", "webhooks", "on", ">right", "~*", "+@all"])?;
    cause(&format!("{url}?user=webhooks&pass=hunter2"), "AuthenticationFailed");
    redis.execute(["ACL", "SETUSER", "reader", "on", ">right", "~*", "+@read"])?;
    cause(&format!("{url}?user=reader&pass=right"), "NoPerm");
    redis.execute(["REPLICAOF", "127.0.0.1", "1"])?;
    cause(&url, "ReadOnly");
    redis.stop()?;
    cause(&url, "No such file or directory");
    Ok(())
}
