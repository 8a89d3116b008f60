//! Commands, each repeated once if its connection was closed.

use redis::{Cmd, FromRedisValue, RedisResult, aio::ConnectionLike};

/// Sends a command, and sends it once more if the connection is closed.
///
/// A restart of the server, or a server that closes idle connections, may have closed the
/// connection long before, and the client notices this only at the next command. Sending a command
/// twice is safe, because every claim recognizes its own value.
pub(crate) async fn ask<T: FromRedisValue>(
    connection: &mut (impl ConnectionLike + Send),
    command: &Cmd,
) -> RedisResult<T> {
    match command.query_async(connection).await {
        Err(error) if error.is_connection_dropped() => command.query_async(connection).await,
        answer => answer,
    }
}
