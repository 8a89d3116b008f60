//! Connections of the pool, each lent for one call of the store.

use std::{error, ops::Deref};

use countersign::idempotency::StoreError;
use deadpool_postgres::{Client, Pool};
use tokio_postgres::{
    Error, Row, Statement,
    types::{ToSql, Type},
};

/// A value and its type.
pub(crate) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The way in which statements are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    /// Unnamed, with the types of their parameters, in one round trip. Behind a pooler, the next
    /// connection may not have a statement that was prepared before.
    Unnamed,
    /// Prepared once for each connection.
    Prepared,
}

/// A connection that goes back to the pool when its call is [done](Self::done), and is closed if it
/// is dropped before.
///
/// A caller that gives up a statement, as the middleware does after its deadline, drops the future
/// while the answer is still to come. The next statement on the connection would wait for that
/// answer, perhaps from a server that is gone. A pool of such connections would be useless until
/// the operating system notices.
pub(crate) struct Lent {
    client: Option<Client>,
    sending: Sending,
}

impl Lent {
    pub(crate) async fn from(pool: &Pool, sending: Sending) -> Result<Self, StoreError> {
        let client = pool.get().await.map_err(StoreError::new)?;
        Ok(Self { client: Some(client), sending })
    }

    /// Returns whether statements are prepared.
    #[cfg(feature = "inbox")]
    pub(crate) fn is_prepared(&self) -> bool {
        self.sending == Sending::Prepared
    }

    /// Executes a statement. Returns the number of rows.
    pub(crate) async fn count(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<u64, Error> {
        match self.sending {
            Sending::Unnamed => self.execute_typed(statement, parameters).await,
            Sending::Prepared => {
                let statement = self.prepared(statement, parameters).await?;
                self.execute(&statement, &values(parameters)).await
            }
        }
    }

    /// Queries all rows.
    #[cfg(feature = "inbox")]
    pub(crate) async fn rows(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, Error> {
        match self.sending {
            Sending::Unnamed => self.query_typed(statement, parameters).await,
            Sending::Prepared => {
                let statement = self.prepared(statement, parameters).await?;
                self.query(&statement, &values(parameters)).await
            }
        }
    }

    /// Queries a row that may be absent.
    pub(crate) async fn row(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Option<Row>, Error> {
        match self.sending {
            Sending::Unnamed => self.query_typed_opt(statement, parameters).await,
            Sending::Prepared => {
                let statement = self.prepared(statement, parameters).await?;
                self.query_opt(&statement, &values(parameters)).await
            }
        }
    }

    /// Queries a row that is always present.
    pub(crate) async fn one_row(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Row, Error> {
        match self.sending {
            Sending::Unnamed => self.query_typed_one(statement, parameters).await,
            Sending::Prepared => {
                let statement = self.prepared(statement, parameters).await?;
                self.query_one(&statement, &values(parameters)).await
            }
        }
    }

    /// Returns the prepared statement of this connection. The first call prepares it.
    async fn prepared(
        &self,
        statement: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Statement, Error> {
        let types: Vec<_> = parameters.iter().map(|(_, kind)| kind.clone()).collect();
        self.prepare_typed_cached(statement, &types).await
    }

    /// Gives the connection back to the pool, and returns the answer. The pool itself notices if
    /// the connection is closed.
    pub(crate) fn done<T>(
        mut self,
        answer: Result<T, impl error::Error + Send + Sync + 'static>,
    ) -> Result<T, StoreError> {
        drop(self.client.take());
        answer.map_err(StoreError::new)
    }
}

fn values<'a>(parameters: &[Parameter<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters.iter().map(|(value, _)| *value).collect()
}

impl Deref for Lent {
    type Target = Client;

    #[expect(
        clippy::expect_used,
        reason = "the client is taken only when `Lent` is consumed or dropped"
    )]
    fn deref(&self) -> &Client {
        self.client.as_ref().expect("a connection that is lent")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The connection is taken out of the pool and closed. The pool makes another in its place.
        drop(self.client.take().map(Client::take));
    }
}
