//! The providers that are known here, one file each: its rules and their source, its scheme, its
//! events.

pub mod dropbox;
pub mod gitea;
pub mod github;
pub mod gogs;
mod handshake;
pub mod hookdeck;
pub mod meta;
pub mod pagerduty;
pub mod respan;
pub mod sentry;
pub mod slack;
pub mod speaknode;
pub mod stripe;
pub mod vercel;
pub mod woocommerce;
pub mod x_webhook_signature;
pub mod zoom;

pub use dropbox::Dropbox;
pub use gitea::Gitea;
pub use github::GitHub;
pub use gogs::Gogs;
pub use handshake::HandshakeAnswer;
pub use hookdeck::Hookdeck;
pub use meta::Meta;
pub use pagerduty::PagerDuty;
pub use respan::Respan;
pub use sentry::Sentry;
pub use slack::Slack;
pub use speaknode::SpeakNode;
pub use stripe::Stripe;
pub use vercel::Vercel;
pub use woocommerce::WooCommerce;
pub use x_webhook_signature::XWebhookSignature;
pub use zoom::Zoom;
