use axum::body::Bytes;
use countersign::{StoredDelivery, Verified, adapter::VerifiedDelivery, providers::GitHub};

fn forge(body: &'static [u8]) -> Verified<GitHub, &'static [u8]> {
    Verified::from(body)
}

fn forge_of_nothing() -> Verified<GitHub> {
    Verified::default()
}

fn forge_of_another_provider(delivery: VerifiedDelivery) -> Verified<GitHub> {
    delivery.into()
}

fn change(verified: Verified<GitHub>) {
    *verified.body() = Bytes::new();
}

fn store(body: Bytes) -> StoredDelivery {
    StoredDelivery { body }
}

fn main() {}
