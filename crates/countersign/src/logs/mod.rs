//! Log lines, and the targets under which they are written.
//!
//! Lines are events of [`tracing`]; a program without a subscriber of `tracing` gets them from the
//! crate `log`. A filter such as `countersign::rejection=off` silences one target.
//!
//! | target | level | line |
//! |---|---|---|
//! | [`countersign::rejection`](REJECTION) | `WARN` | one for each rejected delivery |
//! | [`countersign::delivery`](DELIVERY) | `DEBUG` | one for each accepted delivery: endpoint, bytes, secret and form that matched, age of the signed time in seconds, microseconds since its headers arrived |
//! | [`countersign::handshake`](HANDSHAKE) | `DEBUG` | one for each request without a signature that was answered |
//! | [`countersign::secret`](SECRET) | `INFO` | a retired secret is still used: for each endpoint, tenant and secret the first time, the second, the fourth, the eighth and so on |
//! | [`countersign::form`](FORM) | `INFO` | another form than the bytes on the wire was signed, at the same intervals |
//! | [`countersign::idempotency`](IDEMPOTENCY) | `DEBUG` | an event was handled before, or is being handled for another delivery |
//! | | `INFO` | an event was forgotten |
//! | | `WARN` | a delivery has no id; a store failed, and the delivery is answered 503; a lease ran out before the event was completed; a kept answer belongs to other bytes |
//! | | `ERROR` | a store failed while an event was completed, or the event is handled without the store; two senders share one endpoint name; the application lacks a setting |
//!
//! # Fields of a rejected delivery
//!
//! The line has the provider, the reason, the status and the path, and the fields that separate one
//! cause from another. A field is present only if its value is known.
//!
//! | field | it is there if |
//! |---|---|
//! | `header` | a header is missing, repeated, malformed or stale: its name |
//! | `expected` | a header is missing, repeated or malformed, and the endpoint has one verifier: the expected text, such as `64 hex digits` |
//! | `instead` | the signature is missing, and the signature header of another known provider came |
//! | `header_length`, `header_shape` | the delivery was not verified, and has one signature header |
//! | `age_s`, `tolerance_s` | the signed time is stale: seconds |
//! | `content_length`, `content_type`, `content_encoding` | the request has the field; types and codings that are not common are `other` |
//! | `body_length` | the body was read, or was read as far as the limit: bytes |
//! | `body_sha256` | the body was read |
//! | `secrets_tried`, `forms_tried` | the signature was compared |
//! | `category`, `member`, `line`, `column` | the body is signed and is not the event: the member that does not fit, or that the type requires and the body does not have |
//! | `cause` | the tenant's secrets could not be looked up: all causes of the error |
//! | `advice` | the usual cause is not in another field |
//!
//! # Security
//!
//! No line holds a secret, an expected tag, a value of a payload or the text of a header. Lines
//! about events hold the event's key, which contains its id. The line of a rejected delivery holds
//! the path, and `member` can be a name out of the payload.
//!
//! # Examples
//!
//! ```
//! assert_eq!(countersign::logs::REJECTION, "countersign::rejection");
//! ```

pub(crate) mod accepted;
pub(crate) mod causes;
mod occasional;
pub(crate) mod reserialized;
pub(crate) mod retired;

/// Target of accepted deliveries: `DEBUG`.
pub const DELIVERY: &str = "countersign::delivery";

/// Target of deliveries that are signed in another form than that of the wire: `INFO`.
pub const FORM: &str = "countersign::form";

/// Target of answers to requests without a signature header: `DEBUG`.
pub const HANDSHAKE: &str = "countersign::handshake";

/// Target of events that are not handled, handled late or forgotten, and of stores that fail:
/// `DEBUG` to `ERROR`.
pub const IDEMPOTENCY: &str = "countersign::idempotency";

/// Target of rejected deliveries: `WARN`.
pub const REJECTION: &str = "countersign::rejection";

/// Target of deliveries that are signed with a retired secret: `INFO`.
pub const SECRET: &str = "countersign::secret";
