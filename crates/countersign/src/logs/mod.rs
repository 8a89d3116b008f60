//! Log lines, and the targets under which they are written.
//!
//! Lines are events of [`tracing`]. In a program without a `tracing` subscriber, they go to the
//! crate `log`. A filter such as `countersign::rejection=off` disables one target.
//!
//! With the feature `env-filter`, `tracing_subscriber::fmt::init` prints only `ERROR` unless the
//! environment variable `RUST_LOG` is set. The lines of rejected deliveries, at `WARN`, are then
//! not printed: set `RUST_LOG=warn`, or `RUST_LOG=warn,countersign=debug` for all lines of the
//! following table.
//!
//! | target | level | line |
//! |---|---|---|
//! | [`countersign::rejection`](REJECTION) | `WARN` | each rejected delivery, except those of other lines of this table |
//! | | `ERROR` | each delivery that is answered 500, because the application is not set up correctly |
//! | [`countersign::explain`](EXPLAIN) | `WARN` | the likely cause of a rejected delivery, if the verifier explains rejections (feature `explain`); at most one line a second |
//! | [`countersign::delivery`](DELIVERY) | `DEBUG` | each accepted delivery: endpoint, bytes, index of the secret that matched, body form, age of the signed time in seconds, microseconds since its headers arrived |
//! | [`countersign::dispatch`](DISPATCH) | `INFO` | `Events` has no handler for an event; once for each name (its type, or its type and its action) |
//! | [`countersign::handshake`](HANDSHAKE) | `DEBUG` | each request without a signature that was answered |
//! | [`countersign::secret`](SECRET) | `INFO` | a retired secret matched; not every match is logged (see below) |
//! | [`countersign::form`](FORM) | `INFO` | the signed text is not the body as it was sent; not every such delivery is logged (see below) |
//! | [`countersign::idempotency`](IDEMPOTENCY) | `DEBUG` | an event was handled before, or is being handled for another delivery |
//! | | `INFO` | an event was forgotten |
//! | | `WARN` | a delivery has no id; a store or the engine of an inbox failed, and the delivery is answered 503; a lease ran out before the event was completed; a duplicate has other bytes than the event whose answer was kept, and gets the plain answer |
//! | | `ERROR` | a store failed while an event was completed or released, or the event is handled without the store; two senders share one endpoint name |
//! | [`countersign::inbox`](INBOX) | `DEBUG` | a delivery of an inbox is done |
//! | | `INFO` | the engine of an inbox is back |
//! | | `WARN` | an attempt failed, and the delivery is handled again later; an attempt lost its lease |
//! | | `ERROR` | a delivery is dead; a worker cannot reach the engine; a result could not be stored |
//!
//! Each delivery also has the span `webhook.receive`, at `DEBUG` under the target
//! [`countersign::delivery`](DELIVERY).
//!
//! Matches of retired secrets are counted for each provider, endpoint, tenant and secret. Texts in
//! another body form are counted for each provider. A line is written only at the counts 1, 2, 4, 8
//! and so on.
//!
//! # Fields of a rejected delivery
//!
//! The line has the provider, the reason, the status and the path, and fields that help to find the
//! cause. A field is present only if its value is known.
//!
//! | field | value | present if |
//! |---|---|---|
//! | `header` | the name of a header | it is missing, repeated, malformed or stale |
//! | `expected` | the form of a correct value, such as `64 hex digits` | the header is missing, repeated or malformed, and the endpoint has one verifier |
//! | `instead` | the signature headers of other known providers that the request has | the signature is missing |
//! | `header_length`, `header_shape` | the length of the signature header in bytes, and the kind of its characters | the signature is malformed or does not match, or another check of the headers failed, and the request has exactly one signature header |
//! | `age_s`, `tolerance_s` | seconds | the signed time is stale |
//! | `content_length`, `content_type`, `content_encoding` | the field; types and codings that are not common are `other` | the request has the field |
//! | `body_length` | bytes | the body was read, or was read as far as the limit |
//! | `body_sha256` | hex | the body was read |
//! | `secrets_tried`, `forms_tried` | numbers | the signature was compared |
//! | `category`, `member`, `line`, `column` | the error, and its place in the body | the signed body is not the event |
//! | `cause` | all causes of the error | the tenant's secrets could not be looked up |
//! | `advice` | the usual cause of the rejection | no other field shows it |
//!
//! # Security
//!
//! No line holds a secret or an expected tag. Lines hold no text of a payload or a header, with
//! these exceptions:
//! - `idempotency`: the event's key, which contains its id;
//! - `dispatch`: the event's type and action;
//! - `inbox`: the event's type;
//! - the spans `webhook.receive` and `webhook.handle`: the event's id and type, and the header
//!   `traceparent`;
//! - `rejection`: the path, and the name of a `member`;
//! - all lines that name a tenant: your `SecretSource` may read it from a header.
//!
//! # Examples
//!
//! ```
//! assert_eq!(countersign::logs::REJECTION, "countersign::rejection");
//! ```
//!
//! Guide: [why is it 401?][guide]
//!
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/mismatch/index.html

pub(crate) mod causes;
pub(crate) mod occasions;
pub(crate) mod retired_secret;
pub(crate) mod signed_form;

/// Target of accepted deliveries, and of the span of each delivery: `DEBUG`.
pub const DELIVERY: &str = "countersign::delivery";

/// Target of events for which `Events` has no handler: `INFO`.
pub const DISPATCH: &str = "countersign::dispatch";

/// Target of deliveries whose signed text is not the body as it was sent: `INFO`.
pub const FORM: &str = "countersign::form";

/// Target of answers to requests without a signature header: `DEBUG`.
pub const HANDSHAKE: &str = "countersign::handshake";

/// Target of events that are not handled, handled late or forgotten, and of stores that fail:
/// `DEBUG` to `ERROR`.
pub const IDEMPOTENCY: &str = "countersign::idempotency";

/// Target of the attempts of an inbox, of the span of each attempt, and of workers that cannot
/// reach their engine: `DEBUG` to `ERROR`. A delivery that an inbox cannot keep, and a duplicate,
/// are logged under [`IDEMPOTENCY`].
pub const INBOX: &str = "countersign::inbox";

/// Target of the likely causes of rejected deliveries: `WARN`. Written only for verifiers that
/// explain rejections (feature `explain`).
pub const EXPLAIN: &str = "countersign::explain";

/// Target of rejected deliveries: `WARN`, and `ERROR` if the application is not set up correctly.
pub const REJECTION: &str = "countersign::rejection";

/// Target of deliveries that are signed with a retired secret: `INFO`.
pub const SECRET: &str = "countersign::secret";
