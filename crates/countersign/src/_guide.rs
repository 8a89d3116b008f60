#![doc = include_str!("../guide/README.md")]

#[doc = include_str!("../guide/quickstart.md")]
pub mod quickstart {}

#[doc = include_str!("../guide/extractor_or_middleware.md")]
pub mod extractor_or_middleware {}

#[doc = include_str!("../guide/answers.md")]
pub mod answers {}

#[doc = include_str!("../guide/own_provider.md")]
pub mod own_provider {}

#[doc = include_str!("../guide/own_events.md")]
pub mod own_events {}

#[doc = include_str!("../guide/several.md")]
pub mod several {}

#[doc = include_str!("../guide/secrets.md")]
pub mod secrets {}

#[doc = include_str!("../guide/idempotency.md")]
pub mod idempotency {}

#[doc = include_str!("../guide/inbox.md")]
pub mod inbox {}

#[doc = include_str!("../guide/console.md")]
pub mod console {}

#[doc = include_str!("../guide/capacity.md")]
pub mod capacity {}

#[doc = include_str!("../guide/testing.md")]
pub mod testing {}

#[doc = include_str!("../guide/mismatch.md")]
pub mod mismatch {}

pub mod command_line {
    #![doc = include_str!("../guide/command_line.md")]

    #[doc = include_str!("../guide/command_line/providers.md")]
    pub mod providers {}

    #[doc = include_str!("../guide/command_line/sign.md")]
    pub mod sign {}

    #[doc = include_str!("../guide/command_line/verify.md")]
    pub mod verify {}

    #[doc = include_str!("../guide/command_line/explain.md")]
    pub mod explain {}

    #[doc = include_str!("../guide/command_line/send.md")]
    pub mod send {}

    #[doc = include_str!("../guide/command_line/listen.md")]
    pub mod listen {}

    #[doc = include_str!("../guide/command_line/replay.md")]
    pub mod replay {}

    #[doc = include_str!("../guide/command_line/simulate.md")]
    pub mod simulate {}

    #[doc = include_str!("../guide/command_line/inbox.md")]
    pub mod inbox {}

    #[doc = include_str!("../guide/command_line/completions.md")]
    pub mod completions {}
}

#[doc = include_str!("../guide/deployment.md")]
pub mod deployment {}

#[doc = include_str!("../guide/watching.md")]
pub mod watching {}

#[doc = include_str!("../guide/threat_model.md")]
pub mod threat_model {}

#[doc = include_str!("../guide/migrating.md")]
pub mod migrating {}

#[doc = include_str!("../guide/why.md")]
pub mod why {}
