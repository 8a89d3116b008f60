//! The trait that users implement: their source of tenants and secrets.

use std::{error::Error, future::Future};

use crate::{Secrets, request::RequestHead};

/// A source of tenants and their secrets: names the tenant of a request, and looks up its secrets.
///
/// Put it into [`Tenants`](crate::tenants::Tenants), which caches its answers, and give the
/// `Tenants` to [`Verifier::per_tenant`](crate::Verifier::per_tenant).
///
/// # Examples
///
/// Tenants in the path, secrets in memory:
///
/// ```
/// use std::{collections::HashMap, error::Error};
/// use countersign::{Secret, Secrets, request::RequestHead, tenants::SecretSource};
///
/// struct Customers(HashMap<String, Secret>);
///
/// impl SecretSource for Customers {
///     /// `/hooks/acme`
///     fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
///         request.last_segment().map(str::to_owned)
///     }
///
///     async fn secrets(
///         &self,
///         tenant: &str,
///     ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
///         Ok(self.0.get(tenant).cloned().map(Secrets::new))
///     }
/// }
/// ```
pub trait SecretSource: Send + Sync + 'static {
    /// Returns the tenant of a request, or `None` if the request names none.
    ///
    /// This method is called before the signature is checked, and therefore also for forged
    /// deliveries. Read the name from the request, and do not look anything up here.
    ///
    /// # Security
    ///
    /// Give each tenant exactly one name. If `ACME` and `acme` had the same secrets, a delivery
    /// that was handled for `ACME` could be sent again for `acme`, and would count as another
    /// event.
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String>;

    /// Looks up a tenant's secrets. Returns `Ok(None)` if the tenant does not exist.
    ///
    /// # Errors
    ///
    /// Any error that makes the lookup fail. The answer is then 503, so that the provider sends the
    /// delivery again.
    fn secrets(
        &self,
        tenant: &str,
    ) -> impl Future<Output = Result<Option<Secrets>, Box<dyn Error + Send + Sync>>> + Send;
}
