//! The publication of a delivery.

use std::time::Duration;

use async_nats::jetstream::{ErrorCode, message::PublishMessage};
use bytes::Bytes;
use countersign::inbox::{Accepted, Entry, StoreError};
use tokio::time::{Instant, sleep};

use super::store::{Shared, is_code};
use crate::setup::token_of;

/// The object and the version of a delivery, as JSON.
pub(super) const OBJECT: &str = "Countersign-Object";

impl Shared {
    /// Publishes a delivery, unless its key is kept already.
    pub(super) async fn publish(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        let request = Bytes::from(entry.request().to_json());
        // A dead delivery is a message with the request and the state, which must fit as well.
        let longest = self.context.client().max_payload().saturating_sub(HEADERS);
        if request.len() > longest {
            return Err(StoreError::new(format!(
                "the stored request has {} bytes, and {longest} are allowed: raise `max_payload` of \
                 nats-server, or lower the verifier's `body_limit`",
                request.len(),
            )));
        }
        let token = token_of(entry.endpoint());
        if token.len() > LONGEST_TOKEN {
            return Err(StoreError::new(format!(
                "the name of the endpoint is too long for a consumer: {token}"
            )));
        }
        let mut message = PublishMessage::build().payload(request);
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
                Err(error) => return Err(StoreError::new(error)),
            }
        }
    }
}

/// Bytes that the headers of a message have at most.
const HEADERS: usize = 8 * 1024;

/// Bytes of the longest endpoint, as a token of a subject. It is also the name of a file.
const LONGEST_TOKEN: usize = 200;

/// Time until another delivery of the same event must be stored.
const PATIENCE: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(5);
