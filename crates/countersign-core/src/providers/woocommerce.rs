// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("woocommerce.md"))]

mod ping;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

pub use ping::answer_ping;

/// WooCommerce as a provider.
#[derive(Clone, Copy, Debug)]
pub struct WooCommerce;

impl Provider for WooCommerce {
    const NAME: &'static str = "woocommerce";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-WC-Webhook-Signature"]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-WC-Webhook-Delivery-ID"))
        .event_type(Location::UnsignedHeader("X-WC-Webhook-Topic"));
}

/// An event of WooCommerce: the delivery's id and the topic, both unsigned, and the whole body.
pub type Event = OpenEvent<WooCommerce>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // base64.b64encode(hmac.new(b"woo_secret", body, hashlib.sha256).digest())
        let body = r#"{"id":7,"status":"processing"}"#;
        let signature = "hvjfIHo8ix1mngaEGjECjew7gNRfG7eAaCt4u5elxcA=";
        let verifier = Verifier::<WooCommerce>::new(Secret::new("woo_secret")?)?;
        verifier.verify(&[("X-WC-Webhook-Signature", signature)], body)?;
        Ok(())
    }
}
