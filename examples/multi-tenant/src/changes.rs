//! Changes of secrets while the program runs.

use std::{convert::Infallible, future::poll_fn, time::Duration};

use countersign::{Verifier, providers::XWebhookSignature};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Config, Connection, NoTls, Socket, tls::NoTlsStream};

/// Drops the remembered secrets of each tenant whose row changes. Does not return.
///
/// The database does not report changes that were made while there was no connection. On each new
/// connection, this function therefore drops all remembered secrets.
pub(crate) async fn follow(verifier: Verifier<XWebhookSignature>, config: Config) {
    loop {
        let Err(error) = listen(&verifier, &config).await;
        println!(
            "the database does not report changed secrets: {}",
            format!("{error:#}").escape_debug()
        );
        sleep(PAUSE).await;
    }
}

async fn listen(
    verifier: &Verifier<XWebhookSignature>,
    config: &Config,
) -> anyhow::Result<Infallible> {
    let (client, connection) = timeout(CONNECT, config.connect(NoTls)).await??;
    let listening = async {
        client.batch_execute("listen webhook_secrets").await?;
        verifier.forget_all_tenants().await;
        println!("the database reports changed secrets");
        anyhow::Ok(())
    };
    // The first future sends its statement over the connection that the second future polls.
    let ((), never) = tokio::try_join!(listening, forget(verifier, connection))?;
    Ok(never)
}

async fn forget(
    verifier: &Verifier<XWebhookSignature>,
    mut connection: Connection<Socket, NoTlsStream>,
) -> anyhow::Result<Infallible> {
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(changed))) => {
                verifier.forget_tenant(changed.payload()).await;
                println!("{}: secrets changed", changed.payload().escape_debug());
            }
            // Notices of the server.
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => anyhow::bail!("the connection was closed"),
        }
    }
}

/// Time for connecting.
const CONNECT: Duration = Duration::from_secs(10);

/// Pause between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(1);
