//! The providers that are known here, one file each: its rules and their source, its scheme, its
//! events.

pub mod clerk;
pub mod dropbox;
pub mod elevenlabs;
pub mod gitea;
pub mod github;
pub mod gogs;
mod handshake;
pub mod hookdeck;
mod known;
pub mod linear;
pub mod meta;
pub mod openai;
pub mod paddle;
pub mod pagerduty;
pub mod replicate;
pub mod resend;
pub mod respan;
pub mod sentry;
pub mod shopify;
pub mod slack;
pub mod speaknode;
pub mod square;
pub mod standard_webhooks;
#[cfg(feature = "ed25519")]
pub mod standard_webhooks_ed25519;
pub mod stripe;
pub mod vercel;
pub mod webflow;
pub mod woocommerce;
pub mod x_webhook_signature;
pub mod zoom;

pub use clerk::Clerk;
pub use dropbox::Dropbox;
pub use elevenlabs::ElevenLabs;
pub use gitea::Gitea;
pub use github::GitHub;
pub use gogs::Gogs;
pub use handshake::HandshakeAnswer;
pub use hookdeck::Hookdeck;
#[doc(hidden)]
pub use known::__signature_headers_in;
pub use linear::Linear;
pub use meta::Meta;
pub use openai::OpenAI;
pub use paddle::Paddle;
pub use pagerduty::PagerDuty;
pub use replicate::Replicate;
pub use resend::Resend;
pub use respan::Respan;
pub use sentry::Sentry;
pub use shopify::Shopify;
pub use slack::Slack;
pub use speaknode::SpeakNode;
pub use square::Square;
pub use standard_webhooks::StandardWebhooks;
#[cfg(feature = "ed25519")]
pub use standard_webhooks_ed25519::StandardWebhooksEd25519;
pub use stripe::Stripe;
pub use vercel::Vercel;
pub use webflow::Webflow;
pub use woocommerce::WooCommerce;
pub use x_webhook_signature::XWebhookSignature;
pub use zoom::Zoom;

pub use crate::provider::EndpointOf;
