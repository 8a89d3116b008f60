//! The command `send`.

mod arguments;
mod body;
mod delivery;
mod run;
mod tampering;

pub(crate) use arguments::Arguments;
