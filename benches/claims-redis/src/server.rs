//! A server, and the connection that all subjects share.

use std::{error::Error, net::TcpListener, time::Duration};

use countersign_redis::{
    RedisStore, connection_settings,
    redis::{Client, RedisResult, aio::ConnectionManager},
};
use countersign_tests::Redis;

/// The connection and the store that are measured.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) connection: ConnectionManager,
    pub(crate) store: RedisStore,
}

impl Server {
    /// Returns `None` if Redis is not installed. The server stops when the returned `Redis` is
    /// dropped.
    pub(crate) async fn start() -> Result<Option<(Self, Redis)>, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let settings = ["--bind", "127.0.0.1", "--port", &port.to_string(), "--appendonly", "no"];
        let Some(redis) = Redis::start_with(settings)? else { return Ok(None) };
        // All tasks wait in one queue, so a long wait of the last one is not a fault.
        let settings = connection_settings().set_response_timeout(Some(Duration::from_secs(10)));
        let client = Client::open(format!("redis://127.0.0.1:{port}"))?;
        let connection = ConnectionManager::new_with_config(client, settings).await?;
        let store = RedisStore::new(connection.clone());
        Ok(Some((Self { connection, store }, redis)))
    }

    /// Forgets all events.
    pub(crate) async fn clear(&self) -> RedisResult<()> {
        countersign_redis::redis::cmd("FLUSHALL").exec_async(&mut self.connection.clone()).await
    }
}
