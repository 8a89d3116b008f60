//! Connections to one server.

use std::time::Duration;

use countersign::idempotency::StoreError;
use redis::{
    Client, ConnectionInfo, IntoConnectionInfo, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
    io::tcp::TcpSettings,
};

use crate::{RedisStore, error::failed};

impl RedisStore {
    /// Connects to a server, with [`connection_settings`]. The URL is like
    /// `redis://user:password@host:6379/0` or `redis+unix:///run/redis.sock`. A lost connection is
    /// replaced.
    ///
    /// If a service must start while its server is out of reach, make the connection with
    /// [`ConnectionManager::new_lazy_with_config`], and give it to [`new`](Self::new).
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the URL is not valid, the server is out of reach, or it rejects
    /// the password.
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

/// Returns the timeouts of [`RedisStore::connect`], for connections of your own.
///
/// They allow 1 s for the answer to a command, 1 s for connecting, and one attempt to connect. If a
/// server is frozen or out of reach, a call therefore returns a [`StoreError`] before the provider
/// stops waiting. The next call connects again, so the first call after a restart of the server
/// reaches it. Use [`tcp_settings`] with them.
///
/// # Examples
///
/// For a service that starts while its server is out of reach, and waits half as long for answers:
///
/// ```no_run
/// use std::time::Duration;
///
/// use countersign_redis::{
///     RedisStore, connection_settings,
///     redis::{Client, IntoConnectionInfo, RedisResult, aio::ConnectionManager},
///     tcp_settings,
/// };
///
/// # async fn connect() -> RedisResult<()> {
/// let settings = connection_settings().set_response_timeout(Some(Duration::from_millis(500)));
/// let server = "redis://127.0.0.1:6379".into_connection_info()?;
/// let client = Client::open(server.set_tcp_settings(tcp_settings()))?;
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

/// Returns the TCP settings of [`RedisStore::connect`], for connections of your own.
///
/// On Linux, a connection is closed if the server acknowledges nothing for 3 s, as after a failover
/// in which the server vanished. Without this setting, calls fail for about a quarter of an hour.
///
/// # Examples
///
/// ```
/// use countersign_redis::{
///     redis::{Client, IntoConnectionInfo},
///     tcp_settings,
/// };
///
/// let server = "redis://127.0.0.1:6379".into_connection_info()?;
/// let client = Client::open(server.set_tcp_settings(tcp_settings()))?;
/// assert!(client.get_connection_info().tcp_settings().nodelay());
/// # Ok::<(), countersign_redis::redis::RedisError>(())
/// ```
#[must_use]
pub fn tcp_settings() -> TcpSettings {
    let settings = TcpSettings::default().set_nodelay(true);
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let settings = settings.set_user_timeout(Duration::from_secs(3));
    settings
}
