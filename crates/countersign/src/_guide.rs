#![doc = include_str!("../guide/README.md")]

#[doc = include_str!("../guide/quickstart.md")]
pub mod quickstart {}

#[doc = include_str!("../guide/extractor_or_middleware.md")]
pub mod extractor_or_middleware {}

#[doc = include_str!("../guide/own_provider.md")]
pub mod own_provider {}

#[doc = include_str!("../guide/own_events.md")]
pub mod own_events {}

#[doc = include_str!("../guide/several.md")]
pub mod several {}

#[doc = include_str!("../guide/secrets.md")]
pub mod secrets {}
