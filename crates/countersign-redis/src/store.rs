//! The store and its methods.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError};
use redis::aio::{ConnectionLike, ConnectionManager};

use crate::{command, error::failed, length, script, script::Script, state::State};

/// A [`Store`] in Redis or Valkey, for all instances that use the same server. Clones share the
/// connection.
///
/// The connection is any connection of the `redis` crate that many tasks can share: a
/// [`ConnectionManager`], which [`connect`](Self::connect) makes, or a `ClusterConnection`.
///
/// # Defaults
///
/// Keys begin with `countersign:`. A connection that [`connect`](Self::connect) makes allows 1 s
/// for an answer and 1 s for connecting. [`Idempotency`](countersign::idempotency::Idempotency)
/// sets the lease (60 s), the ttl (24 h) and the deadline for a whole call (2 s).
///
/// # Errors
///
/// Every method returns a [`StoreError`] if the server is out of reach or reports an error, or if a
/// key holds a value that no store wrote. If a claim fails,
/// [`Idempotency`](countersign::idempotency::Idempotency) answers 503 with `Retry-After: 5`
/// (seconds). If a completion fails, it repeats the completion for up to the length of a lease.
///
/// # Examples
///
/// ```no_run
/// use countersign::idempotency::Idempotency;
/// use countersign_redis::RedisStore;
///
/// # async fn connect() -> Result<Idempotency, countersign::idempotency::StoreError> {
/// let store = RedisStore::connect("redis://127.0.0.1:6379").await?;
/// let idempotency = Idempotency::new(store);
/// # Ok(idempotency)
/// # }
/// ```
///
/// # Security
///
/// A client that can write to these keys can mark an event as done, and the event is then never
/// handled. Give the receivers a user of their own, as the [page of this
/// crate](crate#keys-and-values) shows.
#[derive(Clone)]
pub struct RedisStore<C = ConnectionManager> {
    connection: C,
    prefix: Arc<str>,
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisStore<C> {
    /// Keeps claims through this connection, under keys that begin with `countersign:`.
    ///
    /// Calls have no timeouts except the connection's: set them, as
    /// [`connection_settings`](crate::connection_settings) does. A pool is not needed, because the
    /// server executes one command after another, so one connection is enough to keep the server
    /// busy.
    #[must_use]
    pub fn new(connection: C) -> Self {
        Self { connection, prefix: "countersign:".into() }
    }

    /// Sets the prefix of all keys. Default: `countersign:`. Stores with the same prefix share
    /// their claims.
    ///
    /// If you change the prefix, completed events are forgotten. On a cluster, braces in the prefix
    /// (`{hooks}:`) put all claims on one node; without them, claims are spread over all nodes.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use countersign_redis::RedisStore;
    /// # async fn connect() -> Result<(), countersign::idempotency::StoreError> {
    /// let store = RedisStore::connect("redis://127.0.0.1:6379").await?.prefix("staging:");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn prefix(self, prefix: impl Into<Arc<str>>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Store for RedisStore<C> {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        let (key, claimed) = (self.key(lease.key()), State::claimed(lease.token()));
        let milliseconds = length::milliseconds(length).to_string();
        let mut connection = self.connection.clone();
        // Most events are new, and this command is enough for them. A script takes 1.5 times as
        // long.
        let mut set = redis::cmd("SET");
        set.arg(&key).arg(&claimed).arg("NX").arg("PX").arg(&milliseconds);
        if command::ask(&mut connection, &set).await.map_err(failed)? {
            return Ok(Claim::Fresh);
        }
        // The event is done, held by another lease, held by this lease, or has just become free.
        let arguments = [claimed.as_bytes(), milliseconds.as_bytes()];
        let found = script::CLAIM.run(&mut connection, &key, &arguments).await.map_err(failed)?;
        let Some((value, left)): Option<(Bytes, i64)> = found else { return Ok(Claim::Fresh) };
        match State::read(&value)? {
            State::Claimed => Ok(Claim::InProgress { retry_after: length::left(left)? }),
            State::Done { note } => Ok(Claim::Done { note }),
        }
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        let (claimed, done) = (State::claimed(lease.token()), State::done(lease.token(), &note));
        let milliseconds = length::milliseconds(ttl).to_string();
        let arguments = [claimed.as_bytes(), &done, milliseconds.as_bytes()];
        self.settle(&script::COMPLETE, lease, &arguments).await
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let claimed = State::claimed(lease.token());
        self.settle(&script::RELEASE, lease, &[claimed.as_bytes()]).await
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        let mut connection = self.connection.clone();
        let found = script::FORGET.run(&mut connection, &self.key(key), &[]).await;
        let found: Option<Bytes> = found.map_err(failed)?;
        let state = found.as_ref().map(State::read).transpose()?;
        Ok(matches!(state, Some(State::Done { .. })))
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> RedisStore<C> {
    /// Runs a script that returns nothing if it settled the event, and otherwise the value that is
    /// there.
    async fn settle(
        &self,
        script: &Script,
        lease: &Lease,
        arguments: &[&[u8]],
    ) -> Result<Settled, StoreError> {
        let mut connection = self.connection.clone();
        let left = script.run(&mut connection, &self.key(lease.key()), arguments).await;
        match left.map_err(failed)? {
            None => Ok(Settled::Applied),
            // Any state means that another lease holds the event, or that the event is completed.
            Some(value) => State::read(&value).map(|_| Settled::LeaseLost),
        }
    }

    fn key(&self, key: &IdempotencyKey) -> String {
        [&self.prefix, key.as_str()].concat()
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
