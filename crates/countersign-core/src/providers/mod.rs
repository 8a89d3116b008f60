//! The providers that are known here, one file each: its rules and their source, its scheme, its
//! events.

pub mod clerk;
pub mod elevenlabs;
pub mod github;
pub mod linear;
pub mod openai;
pub mod paddle;
pub mod resend;
pub mod respan;
pub mod shopify;
pub mod slack;
pub mod speaknode;
pub mod square;
pub mod standard_webhooks;
pub mod stripe;
pub mod webflow;
pub mod x_webhook_signature;

pub use clerk::Clerk;
pub use elevenlabs::ElevenLabs;
pub use github::GitHub;
pub use linear::Linear;
pub use openai::OpenAI;
pub use paddle::Paddle;
pub use resend::Resend;
pub use respan::Respan;
pub use shopify::Shopify;
pub use slack::Slack;
pub use speaknode::SpeakNode;
pub use square::Square;
pub use standard_webhooks::StandardWebhooks;
pub use stripe::Stripe;
pub use webflow::Webflow;
pub use x_webhook_signature::XWebhookSignature;
