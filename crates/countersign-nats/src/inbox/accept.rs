//! The publication of a delivery.

use std::time::Duration;

use async_nats::jetstream::{
    ErrorCode,
    context::{PublishError, PublishErrorKind},
    message::PublishMessage,
};
use countersign::inbox::{Accepted, Entry, StoreError};
use tokio::time::{Instant, sleep};

use super::store::{Shared, is_code};

/// The object and the version of a delivery, as JSON.
pub(super) const OBJECT: &str = "Countersign-Object";

impl Shared {
    /// Publishes a delivery, unless its key is kept already.
    pub(super) async fn publish(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        let mut message = PublishMessage::build().payload(entry.request().to_json().into());
        if let Some(key) = entry.key() {
            message = message.message_id(key.as_str());
        }
        if let Some(object) = entry.object() {
            // JSON writes line ends as escapes, so the text is a header.
            let object = serde_json::to_string(&(object, entry.version()));
            message = message.header(OBJECT, object.map_err(StoreError::new)?);
        }
        let subject = self.names.subject_of(entry.endpoint());
        let end = Instant::now() + PATIENCE;
        loop {
            match self.send(&subject, message.clone()).await {
                // Some servers answer so for a message that they have seen and not stored yet.
                Ok(ack) if ack.duplicate && ack.sequence == 0 => {
                    return Err(StoreError::new("another delivery of the event is being stored"));
                }
                Ok(ack) if ack.duplicate => return Ok(Accepted::Duplicate),
                Ok(_) => return Ok(Accepted::New),
                // Another delivery of the event is being stored. It may fail, so the answer is not
                // known yet.
                Err(error)
                    if is_code(&error, ErrorCode::STREAM_DUPLICATE_MESSAGE_CONFLICT)
                        && Instant::now() < end =>
                {
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(too_long(error)),
            }
        }
    }
}

/// Says what to do about a request that is too long.
fn too_long(error: PublishError) -> StoreError {
    if error.kind() != PublishErrorKind::MaxPayloadExceeded {
        return StoreError::new(error);
    }
    StoreError::new(format!(
        "{}: raise `max_payload` of nats-server, or lower the verifier's `body_limit`",
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string),
    ))
}

/// Time until another delivery of the same event must be stored.
const PATIENCE: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(5);
