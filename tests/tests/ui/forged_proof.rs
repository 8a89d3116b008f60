use countersign::{Verified, providers::GitHub};

fn forge(body: &'static [u8]) -> Verified<GitHub, &'static [u8]> {
    Verified { body, secret_index: 0, id: None, signed_at: None, provider: std::marker::PhantomData }
}

fn main() {}
