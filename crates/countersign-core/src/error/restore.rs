//! Stored deliveries that a verifier does not accept.

use super::VerifyError;

/// A stored delivery that a verifier does not accept.
///
/// The error holds nothing of the payload.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use countersign::{Secret, Signer, Verifier, error::RestoreError, providers::GitHub};
///
/// let secret = Secret::new("key")?;
/// let headers = Signer::<GitHub>::new(secret.clone())?.sign(b"{}")?;
/// let verifier = Verifier::<GitHub>::new(secret)?;
/// let stored = verifier.verify(&headers, b"{}")?.to_stored(&headers, SystemTime::now());
///
/// let other = verifier.endpoint("github-eu");
/// let error = other.restore_from_trusted_store(&stored).unwrap_err();
/// assert!(matches!(error, RestoreError::OtherEndpoint { .. }));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The delivery is of another provider.
    #[error("the delivery is of the provider {stored:?}, and the verifier is of {expected:?}")]
    OtherProvider {
        /// The provider of the delivery.
        stored: String,
        /// The provider of the verifier.
        expected: &'static str,
    },
    /// The delivery came to another endpoint. Usually the endpoint was renamed while deliveries
    /// waited: see [`Verifier::endpoint`](crate::Verifier::endpoint).
    #[error("the delivery came to the endpoint {stored:?}, and the verifier is of {expected:?}")]
    OtherEndpoint {
        /// The endpoint of the delivery.
        stored: String,
        /// The endpoint of the verifier.
        expected: String,
    },
    /// The delivery and the verifier are of different tenants, or only one of the two has tenants.
    /// See [`Verifier::of_tenant`](crate::Verifier::of_tenant).
    #[error("the delivery is not of the verifier's tenant")]
    OtherTenant {
        /// The tenant of the delivery, if it has one.
        stored: Option<String>,
    },
    /// The verifier does not know or accept the body form that was signed. Usually the setting
    /// [`Verifier::forms`](crate::Verifier::forms) or a feature is missing in the program that
    /// reads the deliveries.
    #[error("the verifier does not accept the body form {form:?}")]
    UnknownForm {
        /// The name of the body form.
        form: String,
    },
    /// The verification failed. Usually the secret was removed from the verifier, or the verifier
    /// looks secrets up per tenant and [`Verifier::of_tenant`] was not called. The [`VerifyError`]
    /// has the reason. Only [`Verifier::verify_again`] returns this.
    ///
    /// [`Verifier::of_tenant`]: crate::Verifier::of_tenant
    /// [`Verifier::verify_again`]: crate::Verifier::verify_again
    #[error(transparent)]
    NotVerified(#[from] VerifyError),
}
