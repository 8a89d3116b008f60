//! Looks up tenants and their secrets.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;

use super::{KeySource, Shared, Verifier};
use crate::{
    HeaderSource, Provider, VerifyError,
    adapter::{Lookup, Verification},
    error::LookupError,
    request::RequestTarget,
};

/// # Tenants
impl<P: Provider> Verifier<P> {
    /// Returns a verifier for one tenant, with the tenant's current secrets and the same settings.
    /// Returns `Ok(None)` if the tenant does not exist.
    ///
    /// Use it for deliveries from a queue. Layers and extractors look the secrets up by themselves.
    ///
    /// If this verifier looks secrets up for each tenant, each proof of the returned verifier has
    /// the name of the tenant, as the proofs of layers and extractors have it. If this verifier has
    /// its own secrets, `tenant` is ignored, and the result is a clone of this verifier.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the secrets could not be looked up.
    pub async fn of_tenant(&self, tenant: &str) -> Result<Option<Self>, LookupError> {
        let KeySource::PerTenant(directory) = &self.shared.keys else {
            return Ok(Some(self.clone()));
        };
        let keys = directory.keys(tenant).await?;
        Ok(keys.map(|keys| {
            let keys = KeySource::Own(Arc::new(ArcSwap::new(keys)));
            let mut settings = self.shared.settings.clone();
            settings.custom.set_tenant(tenant);
            let shared = Shared { settings, keys };
            Self { shared: Arc::new(shared), ..self.clone() }
        }))
    }

    /// Forgets the cached secrets of a tenant. Call it after the secrets were changed or revoked in
    /// the source: the next delivery looks them up again. Other tenants are not affected.
    ///
    /// # Security
    ///
    /// A delivery that begins after this method has returned is never judged by secrets that were
    /// read before, even if a lookup was running. A delivery that began before is judged by the
    /// secrets that its own lookup reads, which can be the old ones. Verifiers that
    /// [`of_tenant`](Self::of_tenant) returned keep their secrets.
    pub async fn forget_tenant(&self, tenant: &str) {
        self.forget(Some(tenant));
    }

    /// Forgets the cached secrets of all tenants. Call it if the program may have missed changes of
    /// secrets in the source.
    ///
    /// # Security
    ///
    /// The guarantee is that of [`forget_tenant`](Self::forget_tenant), for all tenants.
    pub async fn forget_all_tenants(&self) {
        self.forget(None);
    }
}

/// # For adapters
impl<P: Provider> Verifier<P> {
    /// Begins to verify a delivery that a server receives. If the verifier looks secrets up per
    /// tenant, returns the lookup for the tenant of the request.
    ///
    /// # Errors
    ///
    /// The errors of [`begin`](Self::begin).
    #[inline]
    pub fn admit<H>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
    ) -> Result<Admission<Verification<P>>, VerifyError>
    where
        H: HeaderSource + ?Sized,
    {
        let settings = &self.shared.settings;
        match &self.shared.keys {
            KeySource::Own(keys) => {
                Verification::begin(settings, &keys.load(), headers, declared_length)
                    .map(Admission::Begun)
            }
            KeySource::PerTenant(directory) => {
                Verification::begin_for(settings, directory, headers, declared_length, target)
                    .map(Admission::LookingUp)
            }
        }
    }
}

impl<P: Provider> Verifier<P> {
    fn forget(&self, tenant: Option<&str>) {
        if let KeySource::PerTenant(directory) = &self.shared.keys {
            directory.forget(tenant);
        }
    }
}

/// The next step for a delivery whose headers were accepted. See [`Verifier::admit`].
///
/// `T` is the [`Verification`] of a provider. If several providers deliver to one endpoint, `T` can
/// hold the verification of any of them.
pub enum Admission<T> {
    /// The body can be read.
    Begun(T),
    /// The tenant's secrets have to be looked up first.
    LookingUp(Lookup<T>),
}

impl<T: 'static> Admission<T> {
    /// Changes the type of the verification.
    pub fn map<U: 'static>(self, change: fn(T) -> U) -> Admission<U> {
        match self {
            Self::Begun(verification) => Admission::Begun(change(verification)),
            Self::LookingUp(lookup) => {
                Admission::LookingUp(Box::pin(async move { lookup.await.map(change) }))
            }
        }
    }
}

impl<T> fmt::Debug for Admission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Begun(_) => "Begun(..)",
            Self::LookingUp(_) => "LookingUp(..)",
        })
    }
}
