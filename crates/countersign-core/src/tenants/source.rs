//! What users implement.

use std::{error::Error, future::Future};

use crate::{Secrets, request::RequestHead};

/// Tells whose a delivery is, and what that tenant's secrets are.
///
/// Give it to [`Verifier::per_tenant`](crate::Verifier::per_tenant) in
/// [`Tenants`](crate::tenants::Tenants), which remembers what it told.
///
/// # Examples
///
/// Tenants in the path, secrets in memory:
///
/// ```
/// use std::{collections::HashMap, error::Error};
/// use countersign_core::{Secret, Secrets, request::RequestHead, tenants::SecretSource};
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
    /// Tells which tenant a request is for; `None` if it names none.
    ///
    /// Called before anything is verified, and so for forged deliveries, too: read it off the
    /// request, and look nothing up here.
    ///
    /// # Security
    ///
    /// Give each tenant one spelling. If `ACME` and `acme` had the same secrets, a delivery that
    /// was handled for the one could be sent again for the other, as another event.
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String>;

    /// Looks up a tenant's secrets; `Ok(None)` if there is no such tenant.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from knowing. The delivery is then answered 503, so that its provider
    /// sends it again.
    fn secrets(
        &self,
        tenant: &str,
    ) -> impl Future<Output = Result<Option<Secrets>, Box<dyn Error + Send + Sync>>> + Send;
}
