//! The Lambda function, with a runtime API like that of AWS.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
};

use countersign_tests::{Example, PATIENCE};
use serde_json::Value;

/// Serves events to a function, and returns the function's answers.
struct RuntimeApi(TcpListener);

impl RuntimeApi {
    fn invoke(&self, event: &str) -> io::Result<Value> {
        loop {
            let (stream, _) = self.0.accept()?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let mut stream = BufReader::new(stream);
            // One connection carries several requests.
            while let Some((path, body)) = request(&mut stream)? {
                let stream = stream.get_mut();
                if path.ends_with("/invocation/next") {
                    write!(
                        stream,
                        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: 1\r\n\
                         Lambda-Runtime-Deadline-Ms: 9999999999999\r\n\
                         Lambda-Runtime-Invoked-Function-Arn: arn\r\n\
                         Content-Length: {}\r\n\r\n{event}",
                        event.len()
                    )?;
                } else {
                    assert!(path.ends_with("/invocation/1/response"), "{path}");
                    write!(stream, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
                    return Ok(serde_json::from_slice(&body)?);
                }
            }
        }
    }
}

fn request(stream: &mut BufReader<TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let (mut first, mut length) = (String::new(), 0);
    if stream.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((first.split(' ').nth(1).unwrap().to_owned(), body)))
}

#[test]
fn verifies_the_body_of_an_event_of_api_gateway() -> io::Result<()> {
    let events = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/lambda/events");
    let text = fs::read_to_string(format!("{events}/text.json"))?;
    let base64 = fs::read_to_string(format!("{events}/base64.json"))?;
    let forged = text.replace("u_1", "u_2");
    for (event, status, body) in [
        (text, 200, "welcome, Zoë"),
        (base64, 200, "welcome, Zoë"),
        (forged, 401, r#"{"error":"Invalid signature"}"#),
    ] {
        let api = RuntimeApi(TcpListener::bind("127.0.0.1:0")?);
        let mut function = Command::new(Example("lambda").program())
            .env("AWS_LAMBDA_RUNTIME_API", api.0.local_addr()?.to_string())
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "lambda"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "lambda"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "lambda"),
                ("WEBHOOK_SECRET", "secret"),
            ])
            .spawn()?;
        let answer = api.invoke(&event);
        function.kill()?;
        function.wait()?;
        let answer = answer?;
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert_eq!(answer["body"], body, "{answer}");
    }
    Ok(())
}
