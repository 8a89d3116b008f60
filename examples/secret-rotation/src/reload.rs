//! New secrets while it runs.

use std::{future::Future, io};

use countersign::{Verifier, providers::XWebhookSignature};

use crate::source::Source;

/// Reads the secrets again on each SIGHUP, for ever. From the call on, the signal does not end the
/// process.
#[cfg(unix)]
pub(crate) fn on_hangup(
    verifier: Verifier<XWebhookSignature>,
    source: Source,
) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            match replace(&verifier, &source) {
                Ok(count) => println!("SIGHUP: secrets in force: {count}"),
                Err(error) => println!("SIGHUP: the former secrets stay in force: {error}"),
            }
        }
    })
}

/// Replaces all of the secrets, or none.
#[cfg(unix)]
fn replace(
    verifier: &Verifier<XWebhookSignature>,
    source: &Source,
) -> Result<usize, Box<dyn std::error::Error>> {
    let secrets = source.read_again()?;
    let count = secrets.len();
    verifier.replace_secrets(secrets)?;
    Ok(count)
}

/// There is no such signal here: the secrets are read at the start.
#[cfg(not(unix))]
pub(crate) fn on_hangup(
    _: Verifier<XWebhookSignature>,
    _: Source,
) -> io::Result<impl Future<Output = ()>> {
    Ok(std::future::ready(()))
}
