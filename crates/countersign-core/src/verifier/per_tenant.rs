//! Makes verifiers that look secrets up for each delivery.

use super::{KeySource, Verifier};
use crate::{
    ConfigError, Provider,
    signed_url::SignedUrl,
    tenants::{SecretSource, Tenants},
};

/// # Construction, with secrets per tenant
// Without an attribute on this item itself, the page of `countersign` would not show the feature.
#[cfg(feature = "tenants")]
impl<P: Provider> Verifier<P> {
    /// Makes a verifier that accepts deliveries that are signed with a secret of their tenant.
    ///
    /// Layers, middleware and extractors look the secrets up after they have checked the headers,
    /// and before they read the body. In other code, call [`of_tenant`](Self::of_tenant) first.
    ///
    /// A delivery for an unknown tenant gets the same answer as one with a wrong signature (401),
    /// after the same amount of hashing as for a tenant with one secret. If the lookup fails, or
    /// takes longer than the deadline for the body, the answer is 503.
    ///
    /// A scheme that signs the URL needs [`per_tenant_with_url`](Self::per_tenant_with_url). For
    /// such a scheme, `per_tenant` does not compile.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::error::Error;
    /// use countersign::{
    ///     Secret, Secrets, Signer, Verifier, request::RequestHead,
    ///     tenants::{SecretSource, Tenants},
    /// };
    /// use countersign::providers::GitHub;
    ///
    /// struct Customers;
    ///
    /// impl SecretSource for Customers {
    ///     fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
    ///         request.header("x-customer").map(str::to_owned)
    ///     }
    ///
    ///     async fn secrets(
    ///         &self,
    ///         tenant: &str,
    ///     ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
    ///         Ok(match tenant {
    ///             "acme" => Some(Secret::new("acme's secret")?.into()),
    ///             _ => None,
    ///         })
    ///     }
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    /// let verifier = Verifier::<GitHub>::per_tenant(Tenants::new(Customers));
    /// let headers = Signer::<GitHub>::new(Secret::new("acme's secret")?)?.sign(b"{}")?;
    ///
    /// let acme = verifier.of_tenant("acme").await?.ok_or("no such tenant")?;
    /// assert!(acme.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.of_tenant("nobody").await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Square signs the URL, so this example does not build. The error says "the scheme signs the
    /// URL: use `Verifier::per_tenant_with_url`".
    ///
    /// ```compile_fail,E0080
    /// # use std::error::Error;
    /// use countersign::{Secrets, Verifier, providers::Square, tenants::Tenants};
    /// # use countersign::{request::RequestHead, tenants::SecretSource};
    ///
    /// # struct Customers;
    /// # impl SecretSource for Customers {
    /// #     fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
    /// #         None
    /// #     }
    /// #     async fn secrets(
    /// #         &self,
    /// #         _: &str,
    /// #     ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
    /// #         Ok(None)
    /// #     }
    /// # }
    /// let verifier = Verifier::<Square>::per_tenant(Tenants::new(Customers));
    /// ```
    #[must_use]
    pub fn per_tenant<S: SecretSource>(tenants: Tenants<S>) -> Self {
        const {
            let signs_url = Self::SCHEME.__signs_url();
            assert!(!signs_url, "the scheme signs the URL: use `Verifier::per_tenant_with_url`");
        }
        let directory = tenants.directory(&Self::SCHEME);
        Self::with_keys(KeySource::PerTenant(directory), SignedUrl::default())
    }

    /// Makes a verifier that accepts deliveries that are signed with a secret of their tenant and
    /// this URL, for schemes that sign the URL. For other schemes, `per_tenant_with_url` does not
    /// compile.
    ///
    /// All tenants deliver to this URL. It has to be exactly the text that you gave the provider.
    /// If each tenant has its own URL, make a verifier for each tenant with
    /// [`with_url`](Self::with_url), and give each of them its own name with
    /// [`endpoint`](Self::endpoint). The proofs of these verifiers name no tenant, so only the name
    /// of the endpoint separates the idempotency keys of one tenant from those of another.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MalformedUrl`] if the URL is empty or contains white space.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::error::Error;
    /// use countersign::{
    ///     Secret, Secrets, Signer, Verifier, providers::Square, request::RequestHead,
    ///     tenants::{SecretSource, Tenants},
    /// };
    ///
    /// struct Shops;
    ///
    /// impl SecretSource for Shops {
    ///     fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
    ///         request.header("x-shop").map(str::to_owned)
    ///     }
    ///
    ///     async fn secrets(
    ///         &self,
    ///         tenant: &str,
    ///     ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
    ///         Ok(if tenant == "acme" { Some(Secret::new("acme's key")?.into()) } else { None })
    ///     }
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    /// let url = "https://example.com/square";
    /// let verifier = Verifier::<Square>::per_tenant_with_url(Tenants::new(Shops), url)?;
    /// let acme = verifier.of_tenant("acme").await?.ok_or("no such tenant")?;
    ///
    /// let signer = Signer::<Square>::with_url(Secret::new("acme's key")?, url)?;
    /// assert!(acme.verify(&signer.sign(b"{}")?, b"{}").is_ok());
    ///
    /// let other = "https://example.com/other";
    /// let signer = Signer::<Square>::with_url(Secret::new("acme's key")?, other)?;
    /// assert!(acme.verify(&signer.sign(b"{}")?, b"{}").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// GitHub does not sign the URL, so this example does not build. The error says "the scheme
    /// does not sign the URL: use `Verifier::per_tenant`".
    ///
    /// ```compile_fail,E0080
    /// # use std::error::Error;
    /// use countersign::{Secrets, Verifier, providers::GitHub, tenants::Tenants};
    /// # use countersign::{request::RequestHead, tenants::SecretSource};
    ///
    /// # struct Customers;
    /// # impl SecretSource for Customers {
    /// #     fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
    /// #         None
    /// #     }
    /// #     async fn secrets(
    /// #         &self,
    /// #         _: &str,
    /// #     ) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
    /// #         Ok(None)
    /// #     }
    /// # }
    /// let url = "https://example.com/webhook";
    /// let verifier = Verifier::<GitHub>::per_tenant_with_url(Tenants::new(Customers), url)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    pub fn per_tenant_with_url<S: SecretSource>(
        tenants: Tenants<S>,
        url: &str,
    ) -> Result<Self, ConfigError> {
        const {
            let signs_url = Self::SCHEME.__signs_url();
            assert!(signs_url, "the scheme does not sign the URL: use `Verifier::per_tenant`");
        }
        let directory = tenants.directory(&Self::SCHEME);
        Ok(Self::with_keys(KeySource::PerTenant(directory), SignedUrl::new(url)?))
    }
}
