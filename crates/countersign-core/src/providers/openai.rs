// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("openai.md"))]

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// OpenAI as a provider.
#[derive(Clone, Copy, Debug)]
pub struct OpenAI;

impl Provider for OpenAI {
    const NAME: &'static str = "openai";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["webhook-signature"], &["webhook-id"], &["webhook-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// An event of OpenAI: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<OpenAI>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::OpenAI;
    use crate::{Secret, Verifier, VerifyError};

    /// The delivery in the tests of OpenAI's libraries.
    #[test]
    fn accepts_the_delivery_of_the_libraries() -> Result<(), VerifyError> {
        let body = concat!(
            r#"{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": "#,
            r#"1750861210, "type": "response.completed", "data": {"id": "resp_123"}}"#,
        );
        let headers = [
            ("webhook-id", "wh_685c059ae39c8190af8c71ed1022a24d"),
            ("webhook-timestamp", "1750861210"),
            ("webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
        ];
        let secret = Secret::new("whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=").unwrap();
        let verifier = Verifier::<OpenAI>::new(secret).unwrap();
        let sent_at = UNIX_EPOCH + Duration::from_secs(1_750_861_210);
        verifier.verify_at(sent_at, &headers, body).map(drop)
    }
}
