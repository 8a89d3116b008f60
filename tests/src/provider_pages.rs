//! The pages of the providers, whose examples are run here. `countersign-core` does not run them,
//! so that its own tests take seconds.

/// Makes an item with each page.
macro_rules! pages {
    ($($page:literal)*) => {
        $(
            #[doc = include_str!(concat!(
                "../../crates/countersign-core/src/providers/", $page, ".md"
            ))]
            const _: () = ();
        )*
    };
}

pages! {
    "clerk"
    "dropbox"
    "elevenlabs"
    "gitea"
    "github"
    "gogs"
    "hookdeck"
    "linear"
    "meta"
    "openai"
    "paddle"
    "pagerduty"
    "replicate"
    "resend"
    "respan"
    "sentry"
    "shopify"
    "slack"
    "speaknode"
    "square"
    "standard_webhooks"
    "standard_webhooks_ed25519"
    "stripe"
    "vercel"
    "webflow"
    "woocommerce"
    "x_webhook_signature/page"
    "zoom"
}
