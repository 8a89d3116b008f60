#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod action;
#[cfg(feature = "actix-web")]
mod actix_web;
mod assets;
mod auth;
#[cfg(feature = "axum")]
mod axum;
mod chosen;
mod console;
mod error;
mod forgery;
mod handle;
mod moment;
mod operator;
mod pages;
mod places;
mod pretty;
mod random;
mod record;
mod redaction;
mod request;
mod resend;
mod response;
mod text;

pub use auth::Auth;
#[cfg(feature = "axum")]
pub use axum::ServeError;
pub use console::{Console, Guarded, Unguarded};
pub use error::SettingError;
pub use operator::Operator;
pub use record::TARGET;
pub use request::Request;
pub use response::{Body, Events, Response};
