//! Runs it as a user does, with a Redis server of its own.

use std::{error::Error, process::Command};

use countersign_tests::{
    Example, Program, Redis, Reply, Wire, delivery, follow, says_how_to_choose_another_port,
    stops_on, wait_until,
};

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLE: Example = Example("idempotency-redis");

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}"#;

#[test]
fn two_instances_keep_the_promises_of_the_page() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let (one, other) = (start(&redis)?, start(&redis)?);
    follow(
        &EXAMPLE.page().replace("127.0.0.1:3001", &other.addr().to_string()),
        one.addr(),
        |_, line| panic!("not run: {line}"),
    )?;
    assert_eq!(redis.execute(["DBSIZE"])?, "2");
    Ok(())
}

#[test]
fn a_duplicate_is_told_so_and_a_forgery_claims_nothing() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let (one, other) = (start(&redis)?, start(&redis)?);
    let forged =
        deliver(&one, &delivery("/webhooks", EVENT).replace("user.created", "user.updated"))?;
    assert_eq!(forged.status, 401);
    let genuine = delivery("/webhooks", EVENT);
    let first = deliver(&one, &genuine)?;
    assert_eq!((first.status, first.header("idempotent-replayed")), (200, None));
    let second = deliver(&other, &genuine)?;
    assert_eq!((second.status, second.header("idempotent-replayed")), (200, Some("true")));
    Ok(())
}

#[test]
fn answers_503_while_redis_is_away_and_comes_back_with_it() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let program = start(&redis)?;
    let genuine = delivery("/webhooks", EVENT);
    for freezes in [true, false] {
        if freezes {
            redis.freeze()?
        } else {
            redis.stop()?
        }
        let away = deliver(&program, &genuine)?;
        assert_eq!((away.status, away.header("retry-after")), (503, Some("5")));
        if freezes { redis.thaw()? } else { redis.start_again()? }
    }
    // The frozen server took the claim when it went on. It is given back, though nobody waits.
    let is_handled =
        || deliver(&program, &genuine).is_ok_and(|reply| reply.text() == "welcome, Zoë");
    assert!(wait_until(is_handled));
    assert_eq!(deliver(&program, &genuine)?.header("idempotent-replayed"), Some("true"));
    Ok(())
}

#[test]
fn says_what_is_wrong_at_the_start_without_the_password() -> Outcome {
    for url in ["", "redis://:hunter2@127.0.0.1:1", "redis+unix:///nowhere?pass=hunter2"] {
        let output = command(url).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success() && output.stdout.is_empty());
        assert!(error.contains("store failed") && !error.contains("hunter2"), "{error}");
    }
    let Some(redis) = Redis::start()? else { return Ok(()) };
    says_how_to_choose_another_port(&mut command(&redis.url()))?;
    stops_on(&["INT"], || command(&redis.url()))?;
    Ok(())
}

fn start(redis: &Redis) -> std::io::Result<Program> {
    Program::start(&mut command(&redis.url()))
}

fn command(url: &str) -> Command {
    let mut command = EXAMPLE.command();
    command.env("REDIS_URL", url);
    command
}

fn deliver(program: &Program, delivery: &str) -> std::io::Result<Reply> {
    Wire::connect(program.addr())?.exchange(delivery)
}
