//! The providers that are known here, one file each: its rules and their source, its scheme, its
//! events.

pub mod github;
pub mod respan;
pub mod speaknode;
pub mod stripe;
pub mod x_webhook_signature;

pub use github::GitHub;
pub use respan::Respan;
pub use speaknode::SpeakNode;
pub use stripe::Stripe;
pub use x_webhook_signature::XWebhookSignature;
