//! One body that every subject can read, and its types.

use countersign::{event::Envelope, events, providers::XWebhookSignature};
use serde::{Deserialize, Serialize};

/// The payment of an event.
#[derive(Debug, Deserialize, Serialize)]
pub struct Payment {
    /// The payment's id.
    pub id: String,
    /// The payer's name.
    pub name: String,
    /// The payer's e-mail address.
    pub email: String,
    /// The payment's status.
    pub status: String,
    /// The items of the payment.
    pub lines: Vec<Line>,
}

/// An item of a payment.
#[derive(Debug, Deserialize, Serialize)]
pub struct Line {
    /// The item's id.
    pub id: String,
    /// The item's description.
    pub description: String,
    /// The number of pieces.
    pub quantity: u32,
    /// The price in cents.
    pub amount: u64,
    /// True if the price can be refunded.
    pub refundable: bool,
}

/// The whole body, as `Json<T>` takes it.
#[derive(Debug, Deserialize, Serialize)]
pub struct Whole {
    /// The event's id.
    pub id: Option<String>,
    /// The event's type.
    pub r#type: String,
    /// The time of the event.
    pub created_at: Option<String>,
    /// The payment.
    pub data: Payment,
}

events! {
    /// The same body as an event.
    #[derive(Debug)]
    pub enum PaymentEvent for XWebhookSignature {
        "payment.succeeded" => Succeeded(Envelope<Payment>),
    }
}

/// Returns a body of exactly `size` bytes: compact JSON that is a [`Whole`], a [`PaymentEvent`] and
/// a `flat::Event`. A body that is too short for that is only text.
#[must_use]
pub fn body(size: usize) -> Vec<u8> {
    let mut whole = Whole {
        id: Some("evt_1".to_owned()),
        r#type: "payment.succeeded".to_owned(),
        created_at: Some("2025-02-18T10:35:00Z".to_owned()),
        data: Payment {
            id: "pay_1".to_owned(),
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            status: "succeeded".to_owned(),
            lines: Vec::new(),
        },
    };
    let length = |whole: &Whole| serde_json::to_vec(whole).unwrap().len();
    if size < length(&whole) {
        return vec![b'x'; size];
    }
    let mut written = length(&whole);
    loop {
        let count = whole.data.lines.len() as u64;
        let line = Line {
            id: format!("line_{count:06}"),
            description: "A month of something that is paid for by the month".to_owned(),
            quantity: 1 + u32::try_from(count % 9).unwrap(),
            amount: 1_900 + count % 100,
            refundable: count.is_multiple_of(2),
        };
        // One byte more, for a comma.
        let with_it = written + serde_json::to_vec(&line).unwrap().len() + 1;
        if with_it > size {
            break;
        }
        whole.data.lines.push(line);
        written = with_it;
    }
    whole.data.name.push_str(&"a".repeat(size - length(&whole)));
    serde_json::to_vec(&whole).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_its_length_and_is_json() {
        for size in [64, 512, 1024, 16 * 1024, 64 * 1024, 1024 * 1024] {
            assert_eq!(body(size).len(), size);
        }
        let whole: Whole = serde_json::from_slice(&body(64 * 1024)).unwrap();
        assert!(whole.data.lines.len() > 400);
    }
}
