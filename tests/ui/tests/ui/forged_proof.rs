use countersign::{Verified, providers::GitHub};

fn forge(body: &'static [u8]) -> Verified<GitHub, &'static [u8]> {
    Verified::from(body)
}

fn forge_of_nothing() -> Verified<GitHub> {
    Verified::default()
}

fn main() {}
