use countersign::{Provider, Scheme, providers::Shopify};

struct Eu;

impl Provider for Eu {
    const NAME: &'static str = "shopify-eu";
    const SCHEME: Scheme = Shopify::SCHEME;
}

fn main() {}
