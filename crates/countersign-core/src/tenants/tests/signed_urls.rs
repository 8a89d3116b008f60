//! Tenants of a provider that signs the URL.

use super::*;
use crate::providers::Square;

const URL: &str = "https://example.com/square";

fn source() -> Source {
    let source = Source::default();
    source.set("acme", "secret of acme");
    source
}

async fn judged(url: &str) -> Result<Option<VerifyErrorKind>, Box<dyn Error + Send + Sync>> {
    let verifier = Verifier::<Square>::per_tenant_with_url(Tenants::new(source()), URL)?;
    let signer = Signer::<Square>::with_url(Secret::new("secret of acme")?, url)?;
    let mut verification = begun(&verifier, "acme", &signer.sign(b"{}")?).await?;
    verification.update("{}".into())?;
    Ok(verification.finish().err().map(|error| error.kind()))
}

#[tokio::test]
async fn accepts_only_signatures_over_the_configured_url() -> Outcome {
    assert_eq!(judged(URL).await?, None);
    assert_eq!(judged("https://example.com/other").await?, Some(VerifyErrorKind::Mismatch));
    Ok(())
}

#[test]
fn rejects_an_empty_url() {
    let verifier = Verifier::<Square>::per_tenant_with_url(Tenants::new(source()), "");
    assert_eq!(verifier.map(drop), Err(ConfigError::MalformedUrl));
}
