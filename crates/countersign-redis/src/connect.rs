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

/// Returns the settings of [`RedisStore::connect`], for connections of your own.
///
/// They allow 1 s for the answer to a command, 1 s for connecting, and one attempt to connect. If a
/// server is frozen or out of reach, a call therefore returns a [`StoreError`] before the provider
/// stops waiting. The next call connects again, so the first call after a restart of the server
/// reaches it.
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
    // If a server vanishes, as in a failover, the connection is closed after this time without an
    // acknowledgement. The default of Linux is about a quarter of an hour.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    let settings = settings.set_user_timeout(Duration::from_secs(3));
    settings
}
