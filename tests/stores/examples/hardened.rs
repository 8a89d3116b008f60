//! The health checks of the hardened examples, with a Redis server of their own.

use std::error::Error;

use countersign_tests::{Example, Program, Redis, Wire, delivery};

type Outcome = Result<(), Box<dyn Error>>;

const EXAMPLES: [&str; 2] = ["hardened-axum", "hardened-actix"];

fn get(program: &Program, path: &str) -> Result<u16, Box<dyn Error>> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    Ok(Wire::connect(program.addr())?.exchange(request)?.status)
}

#[test]
fn is_ready_while_redis_answers() -> Outcome {
    for name in EXAMPLES {
        let Some(mut redis) = Redis::start()? else { return Ok(()) };
        let mut command = Example(name).command();
        let program = Program::start(command.env("REDIS_URL", redis.url()))?;
        assert_eq!((get(&program, "/healthz")?, get(&program, "/readyz")?), (200, 200), "{name}");
        redis.freeze()?;
        assert_eq!((get(&program, "/healthz")?, get(&program, "/readyz")?), (200, 503), "{name}");
        redis.thaw()?;
        assert_eq!(get(&program, "/readyz")?, 200, "{name}");
        redis.stop()?;
        assert_eq!((get(&program, "/healthz")?, get(&program, "/readyz")?), (200, 503), "{name}");
    }
    Ok(())
}

#[test]
fn two_instances_handle_an_event_once() -> Outcome {
    for name in EXAMPLES {
        let Some(redis) = Redis::start()? else { return Ok(()) };
        let start = || Program::start(Example(name).command().env("REDIS_URL", redis.url()));
        let event = r#"{"id":"evt_1","type":"user.created","data":{"name":"Ada"}}"#;
        for (program, answer) in [(start()?, "welcome, Ada"), (start()?, r#"{"duplicate":true}"#)] {
            let mut wire = Wire::connect(program.addr())?;
            assert_eq!(wire.exchange(delivery("/webhooks", event))?.text(), answer, "{name}");
        }
    }
    Ok(())
}
