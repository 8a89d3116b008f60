//! Behaviour that only a socket shows: chunks, connections that stay open and connections that
//! close.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{OnceLock, mpsc},
    thread,
};

use actix_web::{HttpServer, rt};

use super::*;

#[test]
fn a_rejection_keeps_the_connection_and_leaves_no_proof_on_it() {
    let mut connection = Connection::open();
    for path in ["/extractor", "/middleware", "/extractor"] {
        let good = delivery(path, "secret", USER);
        let refused = delivery(path, "other", USER);
        for (request, status) in [(&good, 200), (&refused, 401), (&good, 200), (&refused, 401)] {
            connection.send(request.as_bytes());
            let answer = connection.answer();
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
            assert!(!answer.contains("connection: close"), "{path}: {answer}");
        }
        let mut unsigned = chunked(path, "");
        unsigned.push_str(&format!("{}{}0\r\n\r\n", chunk(1), chunk(1000)));
        connection.send(unsigned.as_bytes());
        let answer = connection.answer();
        assert!(answer.starts_with("HTTP/1.1 401 "), "{path}: {answer}");
        assert!(!answer.contains("connection: close"), "{path}: {answer}");
    }
}

#[test]
fn a_rejection_before_the_end_of_the_body_closes_the_connection() {
    let mut closing = Vec::new();
    for path in ["/extractor", "/middleware"] {
        // The length is declared: the connection closes without waiting for the body.
        for (length, headers, status) in [
            (LIMIT + 1, signature("secret", ""), 413),
            (LIMIT + 1, String::new(), 401),
            (10, signature("secret", ""), 408),
        ] {
            let mut connection = Connection::open();
            let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\n{headers}");
            connection.send(format!("{head}content-length: {length}\r\n\r\n").as_bytes());
            closing.push((path, status, connection, ""));
        }
        // The length is not declared: actix drops the rest, and closes the connection after its
        // end.
        for (headers, status) in [(signature("secret", ""), 413), (String::new(), 401)] {
            let mut connection = Connection::open();
            connection.send((chunked(path, &headers) + &chunk(LIMIT + 1)).as_bytes());
            closing.push((path, status, connection, "0\r\n\r\n"));
        }
    }
    for (path, status, connection, end) in &mut closing {
        let answer = connection.answer();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
        connection.send(end.as_bytes());
    }
    for (path, status, mut connection, _) in closing {
        assert!(connection.is_closed(), "{path} {status}");
    }
}

#[test]
fn a_body_that_breaks_off_does_no_harm() {
    for path in ["/extractor", "/middleware"] {
        for rest in ["5\r\nhel", "5\r\nhelloo\r\n", "x\r\n"] {
            let mut connection = Connection::open();
            connection.send((chunked(path, &signature("secret", "hello")) + rest).as_bytes());
            drop(connection);
            let mut connection = Connection::open();
            connection.send(delivery(path, "secret", USER).as_bytes());
            assert!(connection.answer().starts_with("HTTP/1.1 200 "), "{path}");
        }
    }
}

#[test]
fn takes_a_signed_body_in_chunks_of_one_byte() {
    for path in ["/extractor", "/middleware"] {
        let mut connection = Connection::open();
        let mut request = chunked(path, &signature("secret", USER));
        for byte in USER.chars() {
            request.push_str(&format!("1\r\n{byte}\r\n"));
        }
        connection.send((request + "0\r\n\r\n").as_bytes());
        let answer = connection.answer();
        assert!(answer.ends_with(USER), "{path}: {answer}");
    }
}

fn signature(secret: &str, body: &str) -> String {
    let signer = Signer::<XWebhookSignature>::new(Secret::new(secret).unwrap()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn delivery(path: &str, secret: &str, body: &str) -> String {
    let (headers, length) = (signature(secret, body), body.len());
    format!("POST {path} HTTP/1.1\r\nhost: test\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

fn chunked(path: &str, headers: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nhost: test\r\n{headers}transfer-encoding: chunked\r\n\r\n")
}

fn chunk(length: usize) -> String {
    format!("{length:x}\r\n{}\r\n", "x".repeat(length))
}

/// Runs a server on its own thread until the tests end.
fn server() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    let verifier = verifier::<XWebhookSignature>("secret")
                        .body_limit(LIMIT)
                        .body_deadline(Duration::from_secs(1));
                    App::new()
                        .app_data(web::Data::new(verifier.clone()))
                        .route("/extractor", web::post().to(on_bytes))
                        .service(
                            web::resource("/middleware")
                                .wrap(VerifyMiddleware::new(verifier))
                                .route(web::post().to(async |body: web::Bytes| body)),
                        )
                });
                let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
                sender.send(server.addrs()[0]).unwrap();
                server.run().await.unwrap();
            });
        });
        receiver.recv().unwrap()
    })
}

struct Connection(TcpStream);

impl Connection {
    fn open() -> Self {
        let stream = TcpStream::connect(server()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(stream)
    }

    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Reads one answer, up to its declared length.
    fn answer(&mut self) -> String {
        let mut answer = Vec::new();
        loop {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
            let text = String::from_utf8_lossy(&answer);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.map_or(0, |length| length.parse().unwrap()) == body.len() {
                return text.into_owned();
            }
        }
    }

    /// Waits until the server closes the connection, or sends a byte. Returns whether it closed
    /// without a byte.
    fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}

/// In bytes: more than the part of a rejected body that is read and dropped.
const LIMIT: usize = 100_000;
