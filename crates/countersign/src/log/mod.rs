//! Log lines, and the targets that they are written under.

#[cfg(feature = "_surface")]
pub(crate) mod accepted;
pub(crate) mod causes;
#[cfg(feature = "_surface")]
mod occasional;
#[cfg(feature = "_surface")]
pub(crate) mod reserialized;
#[cfg(feature = "_surface")]
pub(crate) mod retired;

/// Accepted deliveries, at `DEBUG`.
#[cfg(feature = "_surface")]
pub(crate) const DELIVERY: &str = "countersign::delivery";

/// Deliveries that are signed in another form than that of the wire, at `INFO`, once in a while.
#[cfg(feature = "_surface")]
pub(crate) const FORM: &str = "countersign::form";

/// Answers to requests without a signature header, at `DEBUG`.
#[cfg(feature = "_surface")]
pub(crate) const HANDSHAKE: &str = "countersign::handshake";

/// Events that are not handled, handled late or forgotten, and stores that fail: `DEBUG` to
/// `ERROR`.
#[cfg(feature = "idempotency")]
pub(crate) const IDEMPOTENCY: &str = "countersign::idempotency";

/// Rejected deliveries, at `WARN`.
#[cfg(feature = "_surface")]
pub(crate) const REJECTION: &str = "countersign::rejection";

/// Deliveries that are signed with a retired secret, at `INFO`, once in a while.
#[cfg(feature = "_surface")]
pub(crate) const SECRET: &str = "countersign::secret";
