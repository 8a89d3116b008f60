mod cache;
mod running;
mod signed_times;
mod signed_urls;

use std::{
    collections::HashMap,
    error::Error,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::{
    ConfigError, HeaderSource, Provider, Secret, Secrets, Signer, Verifier,
    adapter::{Admission, Verification},
    error::VerifyErrorKind,
    providers::GitHub,
    request::{RequestHead, RequestTarget},
    tenants::{SecretSource, Tenants},
};

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// A source with secrets in memory, which counts its lookups. If a secret is a single space, its
/// lookup fails.
#[derive(Clone, Default)]
struct Source {
    secrets: Arc<Mutex<HashMap<&'static str, &'static str>>>,
    lookups: Arc<AtomicUsize>,
}

impl Source {
    fn set(&self, tenant: &'static str, secret: &'static str) {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant, secret);
    }

    fn remove(&self, tenant: &str) {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    fn lookups(&self) -> usize {
        self.lookups.load(Ordering::Relaxed)
    }
}

impl SecretSource for Source {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        request.last_segment().map(str::to_owned)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match secrets.get(tenant) {
            Some(secret) => Some(Secret::new(*secret)?.into()),
            None => None,
        })
    }
}

/// Begins the verification of a delivery to `/hooks/{tenant}`, up to its body.
async fn begun<P: Provider>(
    verifier: &Verifier<P>,
    tenant: &str,
    headers: &impl HeaderSource,
) -> Result<Verification<P>, Box<dyn Error + Send + Sync>> {
    let path = format!("/hooks/{tenant}");
    match verifier.admit(headers, None, RequestTarget::new(&path))? {
        Admission::Begun(verification) => Ok(verification),
        Admission::LookingUp(lookup) => Ok(lookup.await?),
    }
}

async fn verdict(
    verifier: &Verifier<GitHub>,
    tenant: &str,
    secret: &str,
) -> Result<Result<Option<String>, VerifyErrorKind>, Box<dyn Error + Send + Sync>> {
    let headers = Signer::<GitHub>::new(Secret::new(secret)?)?.sign(b"{}")?;
    let mut verification = begun(verifier, tenant, &headers).await?;
    verification.update("{}".into())?;
    let finished = verification.finish();
    Ok(finished.map(|verified| verified.tenant().map(str::to_owned)).map_err(|error| error.kind()))
}

fn pair() -> (Source, Verifier<GitHub>) {
    let source = Source::default();
    source.set("acme", "secret of acme");
    source.set("emca", "secret of emca");
    (source.clone(), Verifier::per_tenant(Tenants::new(source)))
}

#[tokio::test]
async fn judges_each_tenant_only_by_its_own_secret() -> Outcome {
    let (source, verifier) = pair();
    let mismatch = Err(VerifyErrorKind::Mismatch);
    assert_eq!(verdict(&verifier, "acme", "secret of acme").await?, Ok(Some("acme".into())));
    assert_eq!(verdict(&verifier, "emca", "secret of emca").await?, Ok(Some("emca".into())));
    assert_eq!(verdict(&verifier, "emca", "secret of acme").await?, mismatch);
    assert_eq!(verdict(&verifier, "acme", "secret of acme").await?, Ok(Some("acme".into())));
    assert_eq!(source.lookups(), 2);
    Ok(())
}

#[tokio::test]
async fn rejects_an_unknown_tenant_with_any_secret() -> Outcome {
    let (source, verifier) = pair();
    let unknown = Err(VerifyErrorKind::UnknownTenant);
    let long = "a".repeat(257);
    // Deliveries for an unknown tenant are hashed with the last of these secrets.
    for secret in ["secret of acme", "nobody"] {
        for tenant in ["nobody", "", &long] {
            assert_eq!(verdict(&verifier, tenant, secret).await?, unknown, "{tenant} {secret}");
        }
    }
    // The first name is looked up once. The others are rejected without a lookup.
    assert_eq!(source.lookups(), 1);
    Ok(())
}

#[tokio::test]
async fn looks_nothing_up_for_a_malformed_signature() {
    let (source, verifier) = pair();
    let malformed = [("X-Hub-Signature-256", "sha256=00")];
    assert!(begun(&verifier, "acme", &malformed).await.is_err());
    assert_eq!(source.lookups(), 0);
}

#[tokio::test]
async fn fails_if_the_lookup_fails_and_looks_up_again() -> Outcome {
    let (source, verifier) = pair();
    source.set("broken", " ");
    for lookups in [1, 2] {
        let headers = Signer::<GitHub>::new(Secret::new("x")?)?.sign(b"{}")?;
        let error = begun(&verifier, "broken", &headers).await.unwrap_err();
        assert_eq!(error.to_string(), "the tenant's secrets could not be looked up");
        assert_eq!(source.lookups(), lookups);
    }
    assert!(verifier.of_tenant("broken").await.is_err());
    Ok(())
}

#[tokio::test]
async fn remembers_a_secret_until_it_is_forgotten() -> Outcome {
    let (source, verifier) = pair();
    assert!(verdict(&verifier, "acme", "secret of acme").await?.is_ok());
    source.set("acme", "new secret");
    assert!(verdict(&verifier, "acme", "new secret").await?.is_err());
    verifier.forget_tenant("acme").await;
    assert!(verdict(&verifier, "acme", "new secret").await?.is_ok());
    assert!(verdict(&verifier, "acme", "secret of acme").await?.is_err());
    Ok(())
}

#[tokio::test]
async fn forgets_all_at_once() -> Outcome {
    let (source, verifier) = pair();
    for (tenant, secret) in [("acme", "secret of acme"), ("emca", "secret of emca")] {
        assert!(verdict(&verifier, tenant, secret).await?.is_ok());
        source.set(tenant, "new secret");
    }
    verifier.forget_all_tenants().await;
    for tenant in ["acme", "emca"] {
        assert!(verdict(&verifier, tenant, "new secret").await?.is_ok());
    }
    Ok(())
}

#[tokio::test]
async fn remembers_an_unknown_tenant_as_unknown_after_forgetting_all() -> Outcome {
    let source = Source::default();
    source.set("acme", "secret of acme");
    let tenants = Tenants::new(source.clone())
        .time_to_live(Duration::from_secs(3600))
        .unknown_time_to_live(Duration::ZERO);
    let verifier = Verifier::<GitHub>::per_tenant(tenants);
    assert!(verdict(&verifier, "acme", "secret of acme").await?.is_ok());

    source.remove("acme");
    verifier.forget_all_tenants().await;
    let unknown = Err(VerifyErrorKind::UnknownTenant);
    assert_eq!(verdict(&verifier, "acme", "secret of acme").await?, unknown);
    // The unknown tenant was not cached, although the same name was cached for an hour before.
    source.set("acme", "secret of acme");
    assert!(verdict(&verifier, "acme", "secret of acme").await?.is_ok());
    Ok(())
}

#[tokio::test]
async fn has_no_secrets_of_its_own() -> Outcome {
    let (_, verifier) = pair();
    let headers = Signer::<GitHub>::new(Secret::new("secret of acme")?)?.sign(b"{}")?;
    let error = verifier.verify(&headers, b"{}").unwrap_err();
    assert_eq!(error.kind(), VerifyErrorKind::SecretsNotLookedUp);
    let replaced = verifier.replace_secrets(Secret::new("x")?);
    assert_eq!(replaced, Err(ConfigError::SecretsPerTenant));

    let acme = verifier.of_tenant("acme").await?.ok_or("no such tenant")?;
    assert!(acme.verify(&headers, b"{}").is_ok());
    assert!(verifier.of_tenant("nobody").await?.is_none());
    Ok(())
}

#[tokio::test]
async fn names_the_tenant_in_the_proofs_of_its_own_verifier() -> Outcome {
    let (_, verifier) = pair();
    for (tenant, secret) in [("acme", "secret of acme"), ("emca", "secret of emca")] {
        let of_tenant = verifier.of_tenant(tenant).await?.ok_or("no such tenant")?;
        let of_tenant = of_tenant.endpoint("queue");
        let headers = Signer::<GitHub>::new(Secret::new(secret)?)?.sign(b"{}")?;
        let at_once = of_tenant.verify(&headers, b"{}")?;
        assert_eq!((at_once.endpoint(), at_once.tenant()), ("queue", Some(tenant)));
        let mut in_chunks = of_tenant.begin(&headers, None)?;
        in_chunks.update("{}".into())?;
        assert_eq!(in_chunks.finish()?.tenant(), Some(tenant));
    }
    // A verifier with secrets of its own has no tenants.
    let own = Verifier::<GitHub>::new(Secret::new("secret of acme")?)?;
    let own = own.of_tenant("acme").await?.ok_or("no such tenant")?;
    let headers = Signer::<GitHub>::new(Secret::new("secret of acme")?)?.sign(b"{}")?;
    assert_eq!(own.verify(&headers, b"{}")?.tenant(), None);
    Ok(())
}

#[test]
fn prefers_the_host_of_the_target_to_the_header() {
    let headers = [("Host", "b.example:8080"), ("X-Twice", "1"), ("X-Twice", "1")];
    let (headers, path) = (&headers, "/hooks/");
    let head = RequestHead::new(RequestTarget::new(path), &headers);
    assert_eq!((head.host(), head.last_segment()), (Some("b.example:8080"), None));
    assert_eq!((head.header("x-twice"), head.header("absent")), (None, None));
    let head = RequestHead::new(RequestTarget::new(path).authority(Some("a.example")), &headers);
    assert_eq!(head.host(), Some("a.example"));
}
