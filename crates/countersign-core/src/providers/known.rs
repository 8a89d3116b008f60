//! The table of all providers in this crate.

use std::{collections::BTreeSet, sync::LazyLock};

use super::*;
use crate::{HeaderSource, Provider};

/// Returns the known signature headers that a delivery has. The names are from this table, never
/// from the delivery.
#[doc(hidden)]
pub fn __signature_headers_in<H: HeaderSource + ?Sized>(headers: &H) -> Vec<&'static str> {
    static NAMES: LazyLock<BTreeSet<&str>> =
        LazyLock::new(|| KNOWN.iter().copied().flatten().copied().collect());
    NAMES.iter().copied().filter(|name| headers.values(name).next().is_some()).collect()
}

macro_rules! table {
    ($($(#[$condition:meta])* $provider:ident,)*) => {
        const KNOWN: &[&[&str]] = &[$($(#[$condition])* $provider::SCHEME.headers),*];

        pub(crate) static ALL: &[AnyProvider] =
            &[$($(#[$condition])* AnyProvider::of::<$provider>()),*];
    };
}

table! {
    Clerk,
    Dropbox,
    ElevenLabs,
    Gitea,
    GitHub,
    Gogs,
    Hookdeck,
    Linear,
    Meta,
    OpenAI,
    Paddle,
    PagerDuty,
    Replicate,
    Resend,
    Respan,
    Sentry,
    Shopify,
    Slack,
    SpeakNode,
    Square,
    StandardWebhooks,
    Stripe,
    Vercel,
    Webflow,
    WooCommerce,
    XWebhookSignature,
    Zoom,
    #[cfg(feature = "ed25519")]
    StandardWebhooksEd25519,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_header_once_in_any_case() {
        let headers = [("x-hub-signature-256", "a"), ("WEBHOOK-SIGNATURE", "b"), ("X-Other", "c")];
        let found = __signature_headers_in(&headers);
        assert_eq!(found, ["X-Hub-Signature-256", "webhook-signature"]);
        let none: [(&str, &str); 0] = [];
        assert!(__signature_headers_in(&none).is_empty());
    }

    #[test]
    fn knows_the_headers_of_every_provider() {
        let table = include_str!("known.rs");
        for line in include_str!("mod.rs").lines() {
            let Some((_, name)) =
                line.strip_prefix("pub use ").and_then(|use_| use_.split_once("::"))
            else {
                continue;
            };
            let name = name.trim_end_matches(';');
            let is_provider = !line.starts_with("pub use crate::")
                && !name.starts_with("Handshake")
                && !name.starts_with("__");
            assert!(!is_provider || table.contains(&format!("\n    {name},\n")), "{name}");
        }
    }
}
