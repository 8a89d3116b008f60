//! Runs the examples on the pages of the providers. The tests of `countersign-core` do not run
//! them, so that those tests take only seconds.

/// Makes one item for each page, with the page as its documentation.
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
