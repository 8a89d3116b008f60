//! One command, and what a connection that is gone does to it.

use redis::{Cmd, FromRedisValue, RedisResult, aio::ConnectionLike};

/// Asks the server; once more if the connection turns out to be gone.
///
/// A connection may have been closed long ago, by a restart or because it was idle, and nobody
/// knows before the next command. To ask twice is safe: every command here can be repeated, and a
/// claim knows its own value.
pub(crate) async fn ask<T: FromRedisValue>(
    connection: &mut (impl ConnectionLike + Send),
    command: &Cmd,
) -> RedisResult<T> {
    match command.query_async(connection).await {
        Err(error) if error.is_connection_dropped() => command.query_async(connection).await,
        answer => answer,
    }
}
