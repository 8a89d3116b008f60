//! Every server that is measured in process and over HTTP, written once.

mod actix;
mod axum;

pub use self::{actix::configure, axum::router};

/// A server: a framework, and its only handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// The framework.
    pub framework: Framework,
    /// The handler.
    pub handler: Handler,
}

/// A framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// axum on tokio, in one thread.
    Axum,
    /// actix-web, with one worker.
    Actix,
}

/// The work on a delivery before it is answered 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handler {
    /// The body is read, and nothing is done.
    Bare,
    /// The limit: the raw HMAC is also computed, and compared with nothing.
    Raw,
    /// Ours: the extractor `VerifiedBody`.
    Extractor,
    /// Ours: the bare handler behind the layer or middleware.
    Behind,
    /// Verified as copied from blogs.
    ByHand,
    /// Not verified: the framework's own `Json`.
    Json,
    /// The limit with an event: the raw HMAC, and the body parsed.
    RawJson,
    /// Ours: the extractor `Webhook`.
    Event,
    /// Ours: the framework's `Json` behind the layer or middleware.
    BehindJson,
    /// Ours: the extractor `Webhook` behind the layer or middleware.
    BehindEvent,
    /// Verified as copied from blogs, then parsed.
    ByHandJson,
}

impl Handler {
    /// All handlers.
    pub const ALL: [Self; 11] = [
        Self::Bare,
        Self::Raw,
        Self::Extractor,
        Self::Behind,
        Self::ByHand,
        Self::Json,
        Self::RawJson,
        Self::Event,
        Self::BehindJson,
        Self::BehindEvent,
        Self::ByHandJson,
    ];

    /// Returns the name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Raw => "bare + HMAC (limit)",
            Self::Extractor => "VerifiedBody",
            Self::Behind => "behind the layer",
            Self::ByHand => "written by hand",
            Self::Json => "Json, not verified",
            Self::RawJson => "bare + HMAC + JSON (limit)",
            Self::Event => "Webhook",
            Self::BehindJson => "Json behind the layer",
            Self::BehindEvent => "Webhook behind the layer",
            Self::ByHandJson => "written by hand + JSON",
        }
    }

    /// Returns whether the body is parsed.
    #[must_use]
    pub const fn parses(self) -> bool {
        matches!(
            self,
            Self::Json
                | Self::RawJson
                | Self::Event
                | Self::BehindJson
                | Self::BehindEvent
                | Self::ByHandJson
        )
    }

    /// Returns the handler to compare with: the same work without this project.
    #[must_use]
    pub const fn limit(self) -> Self {
        if self.parses() { Self::RawJson } else { Self::Raw }
    }
}

impl Server {
    /// Returns the name in tables.
    #[must_use]
    pub fn name(self) -> String {
        let framework = match self.framework {
            Framework::Axum => "axum",
            Framework::Actix => "actix-web",
        };
        format!("{framework}: {}", self.handler.name())
    }
}

/// Path of the handler.
pub const PATH: &str = "/webhooks";

/// Most bytes of a body that actix-web's own extractors take. Their default is below 1 MiB.
const ACTIX_LIMIT: usize = 2 * 1024 * 1024;
