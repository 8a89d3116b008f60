//! One request by hand, to check that a server works as it is measured.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use countersign_bench::{Delivery, servers::PATH};

use crate::Outcome;

/// Returns the head of a request, including `Content-Length`.
pub(crate) fn head(delivery: &Delivery) -> String {
    let fields = delivery.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("POST {PATH} HTTP/1.1\r\n{}\r\n", fields.collect::<String>())
}

/// Sends a delivery. Returns the status of the answer.
pub(crate) fn status(addr: SocketAddr, delivery: &Delivery) -> Outcome<u16> {
    let mut stream = TcpStream::connect(addr)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(head(delivery).as_bytes())?;
    stream.write_all(&delivery.body)?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(str::from_utf8(&answer[9..])?.parse()?)
}
