//! Connecting to one server.

use std::time::Duration;

use countersign::idempotency::StoreError;
use redis::{
    Client, ConnectionInfo, IntoConnectionInfo, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};

use crate::{RedisStore, error::failed};

impl RedisStore {
    /// Connects to a server, with [`connection_settings`]: `redis://user:password@host:6379/0`,
    /// `redis+unix:///run/redis.sock`. Whenever the connection is lost it is made again.
    ///
    /// For a service that must start while its server is away, give [`new`](Self::new) what
    /// [`ConnectionManager::new_lazy_with_config`] makes.
    ///
    /// # Errors
    ///
    /// If the URL is none, the server is out of reach, or it refuses the password.
    ///
    /// # Security
    ///
    /// `redis://` is not encrypted. `rediss://` is, and needs a feature of the crate `redis`, such
    /// as `tokio-rustls-comp`. No error shows the password.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let client = client(url).map_err(failed)?;
        let manager = ConnectionManager::new_with_config(client, connection_settings()).await;
        manager.map(Self::new).map_err(failed)
    }
}

/// How [`RedisStore::connect`] connects, for connections of your own.
///
/// A second for the answer to one command, a second for connecting, and one attempt at it: a server
/// that is frozen or away is a [`StoreError`] before a provider loses its patience. The next call
/// tries again, so that a server that was started again is found by the first that comes.
///
/// # Examples
///
/// A service that starts while its server is away, and waits for answers half as long:
///
/// ```no_run
/// use std::time::Duration;
///
/// use countersign_redis::{
///     RedisStore, connection_settings,
///     redis::{Client, RedisResult, aio::ConnectionManager},
/// };
///
/// # async fn connect() -> RedisResult<()> {
/// let settings = connection_settings().set_response_timeout(Some(Duration::from_millis(500)));
/// let client = Client::open("redis://127.0.0.1:6379")?;
/// let store = RedisStore::new(ConnectionManager::new_lazy_with_config(client, settings)?);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn connection_settings() -> ConnectionManagerConfig {
    ConnectionManagerConfig::new()
        .set_response_timeout(Some(Duration::from_secs(1)))
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_number_of_retries(0)
}

fn client(url: &str) -> RedisResult<Client> {
    let info: ConnectionInfo = url.into_connection_info()?;
    Client::open(info.set_tcp_settings(tcp_settings()))
}

fn tcp_settings() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    // A server that vanishes without a word, as in a failover, is given up when it has confirmed
    // nothing for this long. The system's own patience is a quarter of an hour.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let settings = settings.set_user_timeout(Duration::from_secs(3));
    settings
}
