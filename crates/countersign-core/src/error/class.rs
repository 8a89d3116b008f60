//! The classes of errors.

/// The class of an error, which decides the answer to a delivery.
///
/// This enum is complete: an adapter can match all classes without a wildcard.
///
/// # Examples
///
/// ```
/// use countersign::error::{ErrorClass, VerifyErrorKind};
///
/// let status = match VerifyErrorKind::Mismatch.class() {
///     ErrorClass::Unauthorized => 401,
///     ErrorClass::TooLarge => 413,
///     ErrorClass::BadRequest => 400,
///     ErrorClass::Unprocessable => 422,
///     ErrorClass::Misconfigured => 500,
/// };
/// assert_eq!(status, 401);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The delivery is not authenticated: 401.
    Unauthorized,
    /// The body is larger than the limit: 413.
    TooLarge,
    /// The body is signed, but is not JSON in UTF-8: 400.
    BadRequest,
    /// The body is signed JSON, but not an event of the expected type: 422.
    Unprocessable,
    /// The receiver lacks a setting, or calls the verifier in the wrong order: 500.
    Misconfigured,
}
