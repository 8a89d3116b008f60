//! The Lambda function, with a runtime API like that of AWS.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
    thread,
};

use countersign_tests::{Example, PATIENCE};
use serde_json::Value;

/// Gives `event` to the function that connects, and returns the function's answer.
///
/// Each connection has a thread, because the function may answer on another connection than the one
/// that gave it the event.
fn invoke(api: TcpListener, event: String) -> io::Result<Value> {
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        for stream in api.incoming().flatten() {
            let (sender, event) = (sender.clone(), event.clone());
            thread::spawn(move || {
                if let Ok(Some(answer)) = serve(stream, &event) {
                    let _ = sender.send(answer);
                }
            });
        }
    });
    let answer = answer.recv_timeout(PATIENCE).map_err(io::Error::other)?;
    Ok(serde_json::from_slice(&answer)?)
}

/// Answers the requests of one connection, until the function answers the event.
fn serve(stream: TcpStream, event: &str) -> io::Result<Option<Vec<u8>>> {
    let mut stream = BufReader::new(stream);
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
            return Ok(Some(body));
        }
    }
    Ok(None)
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
        let api = TcpListener::bind("127.0.0.1:0")?;
        let mut function = Command::new(Example("lambda").program())
            .env("AWS_LAMBDA_RUNTIME_API", api.local_addr()?.to_string())
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "lambda"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", "lambda"),
                ("AWS_LAMBDA_LOG_STREAM_NAME", "lambda"),
                ("WEBHOOK_SECRET", "secret"),
            ])
            .spawn()?;
        let answer = invoke(api, event);
        function.kill()?;
        function.wait()?;
        let answer = answer?;
        assert_eq!(answer["statusCode"], status, "{answer}");
        assert_eq!(answer["body"], body, "{answer}");
    }
    Ok(())
}
