//! The argument that names a provider.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use countersign_core::providers::AnyProvider;

/// Reads the name of a provider. Other names are rejected with a similar one that is known.
pub(crate) fn parser() -> impl TypedValueParser<Value = AnyProvider> {
    let names = AnyProvider::all().iter().map(|provider| {
        let value = PossibleValue::new(provider.name());
        if provider.name() == STANDARD { value.alias("svix") } else { value }
    });
    PossibleValuesParser::new(names).try_map(|name| {
        let name = if name == "svix" { STANDARD } else { &name };
        AnyProvider::named(name).ok_or("not a known provider")
    })
}

const STANDARD: &str = "standard-webhooks";
