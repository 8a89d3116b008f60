//! Connections of the pool, lent for one piece of work.

use std::{error::Error, ops::Deref};

use countersign::idempotency::StoreError;
use deadpool_postgres::{Client, Pool};

/// A connection that goes back to the pool when its work is [done](Self::done), and is closed if it
/// is dropped before.
///
/// Who gives a statement up, as the middleware does after its deadline, drops its future, and the
/// answer is still to come. Another's statement would wait behind it, perhaps for a server that is
/// gone, and a pool of such connections is of no use until the operating system notices.
pub(crate) struct Lent(Option<Client>);

impl Lent {
    pub(crate) async fn from(pool: &Pool) -> Result<Self, StoreError> {
        pool.get().await.map(|client| Self(Some(client))).map_err(StoreError::new)
    }

    /// Gives it back with what it answered. The pool sees by itself whether it is closed.
    pub(crate) fn done<T>(
        mut self,
        answer: Result<T, impl Error + Send + Sync + 'static>,
    ) -> Result<T, StoreError> {
        drop(self.0.take());
        answer.map_err(StoreError::new)
    }
}

impl Deref for Lent {
    type Target = Client;

    #[expect(clippy::expect_used, reason = "it is taken where this is consumed, and nowhere else")]
    fn deref(&self) -> &Client {
        self.0.as_ref().expect("a connection that is lent")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Out of the pool, and closed by that: another is made in its place.
        drop(self.0.take().map(Client::take));
    }
}
