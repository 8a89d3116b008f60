use axum::Router;
use countersign::inbox::InboxHistory;
use countersign_console::{Console, SettingError};

fn mount<I: InboxHistory>(inbox: I) -> Result<Router, SettingError> {
    let console = Console::new(inbox)?.read_only();
    Ok(Router::new().nest("/webhooks-admin", console.router()))
}

fn main() {}
