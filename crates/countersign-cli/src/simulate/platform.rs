//! The platforms, with the facts of their manuals.

use std::time::Duration;

use clap::ValueEnum;
use countersign_core::providers::AnyProvider;
use serde::Serialize;

use crate::failure::Failure;

/// A platform that sends webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Platform {
    /// The in-house convention `X-Webhook-Signature`
    XWebhookSignature,
    /// Respan: signs the text of Python's `json.dumps`, sends compact JSON
    Respan,
    /// SpeakNode
    #[value(name = "speaknode")]
    #[serde(rename = "speaknode")]
    SpeakNode,
}

/// The shape of the events of [`Platform::XWebhookSignature`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Shape {
    /// The resource under `data.object`, and its former values in `previous_data`
    Objects,
    /// The resource in `data`
    Flat,
}

impl Platform {
    /// Returns the provider that signs as the platform does.
    pub(super) fn provider(self) -> Result<AnyProvider, Failure> {
        let name = self.name();
        AnyProvider::named(name).ok_or_else(|| Failure::could_not_run(format!("no {name}")))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::XWebhookSignature => "x-webhook-signature",
            Self::Respan => "respan",
            Self::SpeakNode => "speaknode",
        }
    }

    /// Returns the documented pauses between the attempts, before they are scaled. The manuals of
    /// Respan and SpeakNode have no schedule.
    pub(super) fn pauses(self, shape: Shape) -> Vec<Duration> {
        let seconds: &[u64] = match (self, shape) {
            (Self::XWebhookSignature, Shape::Objects) => &[60, 300, 1800, 7200],
            (Self::XWebhookSignature, Shape::Flat) => &[30, 300, 1800, 7200],
            (Self::Respan | Self::SpeakNode, _) => &[],
        };
        seconds.iter().copied().map(Duration::from_secs).collect()
    }

    /// Returns the number of failures that disable a webhook, if the manual has one.
    pub(super) fn failures(self, shape: Shape) -> Option<u32> {
        (self == Self::XWebhookSignature && shape == Shape::Objects).then_some(5)
    }

    /// Returns the types of the manual.
    pub(super) fn types(self, shape: Shape) -> &'static [&'static str] {
        match (self, shape) {
            (Self::XWebhookSignature, Shape::Objects) => &[
                "resource.created",
                "resource.updated",
                "resource.deleted",
                "user.created",
                "user.updated",
                "payment.succeeded",
                "payment.failed",
            ],
            (Self::XWebhookSignature, Shape::Flat) => &[
                "user.created",
                "user.updated",
                "user.deleted",
                "project.created",
                "project.updated",
                "project.deleted",
                "file.uploaded",
                "payment.succeeded",
                "payment.failed",
            ],
            (Self::Respan, _) => &[],
            (Self::SpeakNode, _) => &["ConversationComplete", "SessionStarted"],
        }
    }

    /// Returns the start of a generated secret: the manual of the flat shape shows one.
    pub(super) fn secret_prefix(self, shape: Shape) -> &'static str {
        match (self, shape) {
            (Self::XWebhookSignature, Shape::Flat) => "whsec_",
            _ => "",
        }
    }
}
