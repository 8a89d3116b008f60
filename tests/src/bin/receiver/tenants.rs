//! Endpoints of tenants.

use std::{error::Error, future};

use countersign::{
    Secret, Secrets,
    providers::{EndpointOf, Slack, StandardWebhooks, Stripe, XWebhookSignature},
    request::RequestHead,
    tenants::SecretSource,
};

/// The in-house convention, with a secret for each tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PerTenant;

impl EndpointOf for PerTenant {
    type Provider = XWebhookSignature;
    const NAME: &'static str = "per-tenant";
}

/// Slack's scheme, with a secret for each tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlackTenants;

impl EndpointOf for SlackTenants {
    type Provider = Slack;
    const NAME: &'static str = "slack-tenants";
}

/// Stripe's scheme, with a secret for each tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StripeTenants;

impl EndpointOf for StripeTenants {
    type Provider = Stripe;
    const NAME: &'static str = "stripe-tenants";
}

/// Standard Webhooks, with a secret for each tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StandardTenants;

impl EndpointOf for StandardTenants {
    type Provider = StandardWebhooks;
    const NAME: &'static str = "standard-tenants";
}

/// Tenants by the last segment of the path. `acme` has the given secrets, and `other` has a secret
/// of its own. The lookup of `broken` fails, and that of `slow` never ends.
pub(crate) struct Directory(pub(crate) Secrets);

impl SecretSource for Directory {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        request.last_segment().map(str::to_owned)
    }

    async fn secrets(&self, tenant: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        match tenant {
            "acme" => Ok(Some(self.0.clone())),
            "other" => Ok(Some(Secret::new("secret of other")?.into())),
            "broken" => Err("the store is out of reach".into()),
            "slow" => future::pending().await,
            _ => Ok(None),
        }
    }
}
