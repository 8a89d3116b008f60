//! Secrets of the tenants, read from the table.

use std::{error::Error, time::Duration};

use anyhow::Context;
use countersign::{Secret, Secrets, request::RequestHead, tenants::SecretSource};
use deadpool_postgres::Pool;
use tokio::time::timeout;
use tokio_postgres::types::Type;

use crate::database::{begin, client};

/// Looks up the tenant that the path names: `/hooks/{tenant}`.
pub(crate) struct Table(pub(crate) Pool);

impl SecretSource for Table {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        // Anybody can send any path. A text that cannot be a name costs no lookup.
        request.last_segment().filter(|name| is_name(name)).map(str::to_owned)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        let looked_up = timeout(LOOKUP, self.look_up(tenant)).await;
        // The error is logged. It names the tenant, and contains nothing of a secret.
        let looked_up = looked_up.context("the database does not answer").flatten();
        Ok(looked_up.with_context(|| format!("tenant {tenant}"))?)
    }
}

impl Table {
    async fn look_up(&self, tenant: &str) -> anyhow::Result<Option<Secrets>> {
        let mut client = client(&self.0).await?;
        let transaction = begin(&mut client).await?;
        // Not prepared: behind a pooler, the next transaction can be on another connection.
        let row = transaction.query_typed_opt(LOOK_UP, &[(&tenant, Type::TEXT)]).await?;
        transaction.commit().await?;
        let Some(row) = row else { return Ok(None) };

        let mut secrets = Secrets::new(Secret::new(row.try_get::<_, String>("current")?)?);
        for retired in row.try_get::<_, Vec<String>>("retired")? {
            secrets = secrets.with_retired(Secret::new(retired)?)?;
        }
        Ok(Some(secrets))
    }
}

/// The same condition as in the table. Such a name is not percent-encoded in a path.
fn is_name(text: &str) -> bool {
    let is_part = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

const LOOK_UP: &str = "select current, retired from webhook_secrets where tenant = $1";

/// Time for waiting for a connection, making one, and asking. Providers give up after 5 s.
const LOOKUP: Duration = Duration::from_secs(3);
