//! The endpoints `/dispatch` and `/dispatch-default`, with one handler for each type of event. Each
//! handler answers with its name and with the part of the event that it takes.

pub(crate) mod actix;
pub(crate) mod axum;

use serde::Deserialize;

/// The data of a push of GitHub.
#[derive(Debug, Deserialize)]
pub(crate) struct Push {
    r#ref: String,
}

/// The data of an event about a user.
#[derive(Debug, Deserialize)]
pub(crate) struct User {
    id: String,
}

/// The body of a pull request, as the frameworks' own `Json` reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct PullRequest {
    number: u32,
}
