//! Commands, each repeated once if its connection was closed.

use redis::{Cmd, FromRedisValue, RedisResult, aio::ConnectionLike};

/// Sends a command, and sends it once more if the connection turns out to be closed.
///
/// A connection may have been closed long before, by a restart or because it was idle, and this
/// shows only with the next command. Sending a command twice is safe: every command here can be
/// repeated, because a claim recognizes its own value.
pub(crate) async fn ask<T: FromRedisValue>(
    connection: &mut (impl ConnectionLike + Send),
    command: &Cmd,
) -> RedisResult<T> {
    match command.query_async(connection).await {
        Err(error) if error.is_connection_dropped() => command.query_async(connection).await,
        answer => answer,
    }
}
