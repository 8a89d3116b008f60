//! The places where the providers show the secret, as their manuals describe them.

/// Returns the place where this provider shows the secret, if it is known.
pub(super) fn of(provider: &str) -> Option<&'static str> {
    PLACES.iter().find(|(name, _)| *name == provider).map(|(_, place)| *place)
}

/// The same facts as on the pages of the crate's module `providers`.
const PLACES: &[(&str, &str)] = &[
    ("clerk", "the dashboard: Webhooks, the endpoint, \"Signing Secret\""),
    ("dropbox", "the App Console: the app, Settings, \"App secret\""),
    ("elevenlabs", "the workspace's settings: Webhooks, when the webhook is created"),
    ("github", "not shown again: you choose it in the settings of the webhook, \"Secret\""),
    ("gitea", "you choose it: Settings, Webhooks, \"Secret\""),
    ("gogs", "you choose it: Settings, Webhooks, \"Secret\""),
    ("hookdeck", "the dashboard: the project's Settings, Secrets, \"Signing Secret\""),
    ("linear", "the settings: API, Webhooks, the webhook's page"),
    ("meta", "the App Dashboard: App settings, Basic, \"App secret\""),
    ("openai", "the project's settings: Webhooks, when the endpoint is created"),
    ("paddle", "Developer Tools, Notifications, the destination's \"Secret key\""),
    ("pagerduty", "Integrations, Generic Webhooks (v3): once, when the subscription is created"),
    ("replicate", "the API: GET https://api.replicate.com/v1/webhooks/default/secret"),
    ("resend", "the dashboard: Webhooks, the endpoint, \"Signing Secret\""),
    ("respan", "the API key of the call that caused the webhook, or the webhook's own secret"),
    ("sentry", "Settings, Developer Settings, the integration, \"Client Secret\""),
    ("shopify", "the app's settings: the client secret"),
    ("slack", "the app's settings: Basic Information, App Credentials, \"Signing Secret\""),
    (
        "square",
        "the developer console: the application, Webhooks, Subscriptions, \"Signature Key\"",
    ),
    ("standard-webhooks", "the page of the endpoint"),
    ("stripe", "the dashboard: Workbench, Webhooks, the endpoint, \"Signing secret\""),
    ("vercel", "the team's Settings, Webhooks: once, when the webhook is created"),
    ("webflow", "the OAuth app's client secret"),
    ("woocommerce", "Settings, Advanced, Webhooks, the webhook, \"Secret\""),
    ("x-webhook-signature", "the console of the system that sends, with the endpoint"),
    ("zoom", "the App Marketplace: Manage, the app, Features, Access, \"Secret Token\""),
];

#[cfg(test)]
mod tests {
    use countersign_core::providers::AnyProvider;

    use super::*;

    #[test]
    fn names_only_providers_that_exist() {
        for (name, _) in PLACES {
            assert!(AnyProvider::named(name).is_some(), "{name}");
        }
    }
}
