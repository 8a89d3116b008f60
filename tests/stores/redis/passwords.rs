//! Passwords, which no error may contain.

use std::error::Error as _;

use countersign_redis::RedisStore;
use countersign_tests::Redis;

use crate::{Outcome, told};

#[tokio::test]
async fn no_error_shows_a_password() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    redis.execute(["ACL", "SETUSER", "webhooks", "on", ">right", "~*", "+@all"])?;
    let url = redis.url();
    assert!(RedisStore::connect(&format!("{url}?user=webhooks&pass=right")).await.is_ok());
    refuses(&format!("{url}?user=webhooks&pass=hunter2")).await;
    refuses(&format!("{url}?user=webhooks&pass=hunter2&protocol=resp3")).await;
    refuses(&format!("{url}?user=webhooks&pass=hunter2&db=99")).await;
    Ok(())
}

/// Such a server quotes the arguments of unknown commands.
#[tokio::test]
async fn no_error_of_a_server_without_hello_shows_a_password() -> Outcome {
    let settings = ["--port", "0", "--rename-command", "HELLO", ""];
    let Some(redis) = Redis::start_with(settings)? else { return Ok(()) };
    refuses(&format!("{}?user=webhooks&pass=hunter2&protocol=resp3", redis.url())).await;
    Ok(())
}

#[tokio::test]
async fn no_error_shows_a_password_of_a_url_that_leads_nowhere() {
    for url in [
        "redis://:hunter2@127.0.0.1:1/",
        "redis://webhooks:hunter2@host.invalid:6379/",
        "redis://:hunter2@127.0.0.1:port/",
        "redis://:hunter2@127.0.0.1:6379/database",
        "redis://:hunter2@0.0.0.0:6379/",
        "redis://:%ff%fehunter2@127.0.0.1:6379/",
        "rediss://:hunter2@127.0.0.1:6379/",
        "http://:hunter2@127.0.0.1:6379/",
        "hunter2@127.0.0.1:6379",
        "redis+unix:///nowhere?pass=hunter2",
        "",
    ] {
        refuses(url).await;
    }
}

async fn refuses(url: &str) {
    let error = RedisStore::connect(url).await.unwrap_err();
    assert!(error.source().is_some(), "{url}");
    let told = told(&error);
    assert!(!told.contains("hunter2"), "{url}: {told}");
}
