//! The effect of an event, which happens once.

use std::time::Duration;

use anyhow::bail;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use countersign::{
    Webhook,
    event::Envelope,
    events,
    idempotency::{Claim, IdempotencyKey},
    providers::XWebhookSignature,
};
use countersign_postgres::PostgresStore;
use deadpool_postgres::Pool;
use serde::Deserialize;
use tokio::time::timeout;
use tokio_postgres::{
    Transaction,
    types::{ToSql, Type},
};

use crate::database::{begin, client};

events! {
    pub(crate) enum Event for XWebhookSignature {
        "payment.succeeded" => Succeeded(Envelope<Payment>),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Payment {
    account: String,
    amount: i64,
}

/// The database and the claims.
#[derive(Clone)]
pub(crate) struct Payments {
    pub(crate) pool: Pool,
    pub(crate) claims: PostgresStore,
}

pub(crate) async fn on_event(
    State(payments): State<Payments>,
    Webhook { event, verified, .. }: Webhook<Event>,
) -> Response {
    let Event::Succeeded(Envelope { data: payment, .. }) = event else {
        return "not of interest".into_response();
    };
    // The key contains the signed type and the signed id. If there is no id, two deliveries of the
    // same bytes are one event.
    let key = IdempotencyKey::of(&verified)
        .unwrap_or_else(|| IdempotencyKey::builder_of(&verified).body_digest(verified.bytes()));
    let answer = match timeout(HANDLE, payments.credit(&key, &payment)).await {
        Ok(Ok(Claim::Fresh)) => Ok("credited".into_response()),
        Ok(Ok(Claim::Done { .. })) => {
            Ok(([("idempotent-replayed", "true")], "credited before").into_response())
        }
        // Another program holds the event by a lease. This program takes no leases.
        Ok(Ok(Claim::InProgress { .. })) => Err("in progress elsewhere".to_owned()),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(_) => Err(format!("not done within {HANDLE:?}")),
    };
    answer.unwrap_or_else(|error| {
        // The transaction was rolled back, or it was committed and the answer of the database was
        // lost. The next delivery of the event finds out which of the two happened.
        println!("{key}: {}", error.escape_debug());
        (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")], "send it again").into_response()
    })
}

impl Payments {
    /// Claims the event and credits the account, both or neither.
    async fn credit(&self, key: &IdempotencyKey, payment: &Payment) -> anyhow::Result<Claim> {
        let mut client = client(&self.pool).await?;
        let transaction = begin(&mut client).await?;
        let claim = self.claims.claim_in(&transaction, key, KEEP).await?;
        if claim == Claim::Fresh {
            credit(&transaction, key, payment).await?;
            transaction.commit().await?;
        }
        // A transaction that was not committed is rolled back when it is dropped.
        Ok(claim)
    }
}

/// The effect. Whatever it writes in this transaction happens once. An effect elsewhere, such as a
/// mail, could happen again.
///
/// Statements are sent with the types of their parameters. Without them, `tokio-postgres` prepares
/// a statement first, and behind a pooler the next connection may not have it.
async fn credit(
    transaction: &Transaction<'_>,
    key: &IdempotencyKey,
    Payment { account, amount }: &Payment,
) -> anyhow::Result<()> {
    let add = "update accounts set balance = balance + $2 where name = $1";
    let parameters = [(account as Parameter<'_>, Type::TEXT), (amount, Type::INT8)];
    if transaction.execute_typed(add, &parameters).await? == 0 {
        bail!("no account {account:?}");
    }
    let note = "insert into payments (event, account, amount) values ($1, $2, $3)";
    let event = key.as_str();
    let parameters =
        [(&event as Parameter<'_>, Type::TEXT), (account, Type::TEXT), (amount, Type::INT8)];
    transaction.execute_typed(note, &parameters).await?;
    Ok(())
}

type Parameter<'a> = &'a (dyn ToSql + Sync);

/// Providers give up after 5 s.
const HANDLE: Duration = Duration::from_secs(4);

/// Longer than the provider goes on sending an event.
const KEEP: Duration = Duration::from_secs(7 * 24 * 60 * 60);
