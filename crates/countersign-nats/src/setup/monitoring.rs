//! The check that a server writes to its disk before it answers.

use std::{error::Error, time::Duration};

use serde::Deserialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::SetupError;

/// Asks a server's monitoring address whether it flushes its disk before each answer. Clients
/// cannot see this setting.
pub(super) async fn check(address: &str) -> Result<(), SetupError> {
    let asked = timeout(DEADLINE, ask(address)).await.map_err(Into::into).and_then(|asked| asked);
    match asked {
        Ok(Variables { jetstream: Some(JetStream { config: Config { sync_always: true } }) }) => {
            Ok(())
        }
        Ok(_) => Err(SetupError::NotSynced { address: address.to_owned() }),
        Err(source) => Err(SetupError::Monitoring { address: address.to_owned(), source }),
    }
}

async fn ask(address: &str) -> Result<Variables, Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(address).await?;
    // HTTP/1.0: the server closes the connection, and the body has no chunks.
    stream.write_all(format!("GET /varz HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4);
    let body = body.and_then(|at| answer.get(at..)).unwrap_or_default();
    Ok(serde_json::from_slice(body)?)
}

/// The part of `/varz` that matters here. Members without a value are left out by the server.
#[derive(Deserialize)]
struct Variables {
    jetstream: Option<JetStream>,
}

#[derive(Deserialize)]
struct JetStream {
    #[serde(default)]
    config: Config,
}

#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    sync_always: bool,
}

const DEADLINE: Duration = Duration::from_secs(5);

/// In bytes.
const LONGEST_ANSWER: u64 = 1 << 20;
