//! New secrets while it runs.

use std::{convert::Infallible, future::poll_fn, time::Duration};

use countersign::{Verifier, providers::XWebhookSignature};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Config, Connection, NoTls, Socket, tls::NoTlsStream};

use crate::database::{BoxError, chain};

/// Forgets the secrets of each tenant whose row is changed, for ever.
///
/// What is changed while there is no connection is not told later: with each new connection all is
/// forgotten, and until then it counts once what is remembered runs out.
pub(crate) async fn follow(verifier: Verifier<XWebhookSignature>, config: Config) {
    loop {
        let Err(error) = listen(&verifier, &config).await;
        println!("not told of changed secrets: {}", chain(&*error).escape_debug());
        sleep(PAUSE).await;
    }
}

async fn listen(
    verifier: &Verifier<XWebhookSignature>,
    config: &Config,
) -> Result<Infallible, BoxError> {
    let (client, connection) = timeout(CONNECT, config.connect(NoTls)).await??;
    let listening = async {
        client.batch_execute("listen webhook_secrets").await?;
        verifier.forget_all_tenants().await;
        println!("told of changed secrets");
        Ok(())
    };
    // The one is done once the other has carried its statement.
    let ((), never) = tokio::try_join!(listening, forget(verifier, connection))?;
    Ok(never)
}

async fn forget(
    verifier: &Verifier<XWebhookSignature>,
    mut connection: Connection<Socket, NoTlsStream>,
) -> Result<Infallible, BoxError> {
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(changed))) => {
                verifier.forget_tenant(changed.payload()).await;
                println!("{}: secrets changed", changed.payload().escape_debug());
            }
            // The server's notices.
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error.into()),
            None => return Err("the connection was closed".into()),
        }
    }
}

/// For connecting.
const CONNECT: Duration = Duration::from_secs(10);

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_secs(1);
