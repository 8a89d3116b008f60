#![doc = include_str!("../README.md")]

mod command;
mod connect;
mod error;
mod length;
mod script;
mod state;
mod store;

pub use connect::{connection_settings, tcp_settings};
pub use redis;
pub use store::RedisStore;
