//! Deliveries of tenants.

use super::*;
use crate::{
    Secrets,
    error::{RestoreError, VerifyErrorKind},
    providers::GitHub,
    request::RequestHead,
    tenants::{SecretSource, Tenants},
};

/// Each tenant's secret is its name.
struct Named;

impl SecretSource for Named {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        request.last_segment().map(str::to_owned)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        Ok(Some(Secret::new(tenant)?.into()))
    }
}

#[tokio::test]
async fn restores_the_deliveries_of_its_tenants_only() -> Outcome {
    let all = Verifier::<GitHub>::per_tenant(Tenants::new(Named));
    let acme = all.of_tenant("acme").await?.unwrap();
    let other = all.of_tenant("other").await?.unwrap();
    let own = verifier_of::<GitHub>("acme")?;

    let stored = sample(&acme, "acme", b"{}", &[])?;
    assert_eq!(stored.tenant(), Some("acme"));
    round_trip(&stored)?;
    let of_acme = RestoreError::OtherTenant { stored: Some("acme".into()) };
    for verifier in [&acme, &all] {
        assert_eq!(verifier.restore_from_trusted_store(&stored)?.tenant(), Some("acme"));
    }
    assert_eq!(acme.verify_again(&stored)?.tenant(), Some("acme"));
    for verifier in [&other, &own] {
        assert_eq!(verifier.restore_from_trusted_store(&stored).unwrap_err(), of_acme);
        assert_eq!(verifier.verify_again(&stored).unwrap_err(), of_acme);
    }
    let error = all.verify_again(&stored).unwrap_err();
    assert_eq!(error, RestoreError::NotVerified(VerifyErrorKind::SecretsNotLookedUp.into()));

    let stored = sample(&own, "acme", b"{}", &[])?;
    let of_nobody = RestoreError::OtherTenant { stored: None };
    assert_eq!(own.restore_from_trusted_store(&stored)?.tenant(), None);
    for verifier in [&acme, &all] {
        assert_eq!(verifier.restore_from_trusted_store(&stored).unwrap_err(), of_nobody);
        assert_eq!(verifier.verify_again(&stored).unwrap_err(), of_nobody);
    }
    Ok(())
}
