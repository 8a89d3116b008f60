//! Orders that are shipped once they are paid: the part that both frameworks share.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use countersign::{events, providers::Stripe};
use serde::Deserialize;

events! {
    /// The events of Stripe Checkout that matter here. The macro adds `Unknown` for all others.
    pub enum Event for Stripe {
        "checkout.session.completed" => Completed(Data),
        // Some ways to pay take days. These events then follow.
        "checkout.session.async_payment_succeeded" => Paid(Data),
        "checkout.session.async_payment_failed" => Failed(Data),
    }
}

/// The member `data` of a Stripe event.
#[derive(Deserialize)]
pub struct Data {
    object: Session,
}

/// The members of a Checkout Session that matter here. Stripe sends many more.
#[derive(Deserialize)]
struct Session {
    id: String,
    /// The number of the order, which your server gave to the session.
    client_reference_id: Option<String>,
    payment_status: PaymentStatus,
    /// In the smallest unit of the currency.
    amount_total: Option<i64>,
    currency: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum PaymentStatus {
    Paid,
    Unpaid,
    NoPaymentRequired,
}

/// The sessions whose order was shipped. A real application has a table of them.
#[derive(Clone, Default)]
pub struct Orders(Arc<Mutex<BTreeSet<String>>>);

impl Orders {
    /// Ships an order when it is paid.
    pub fn handle(&self, event: Event) -> String {
        match event {
            Event::Completed(Data { object }) if object.payment_status == PaymentStatus::Unpaid => {
                format!("{} waits for its payment", object.id)
            }
            Event::Completed(Data { object }) | Event::Paid(Data { object }) => self.ship(&object),
            Event::Failed(Data { object }) => format!("{} is not paid", object.id),
            Event::Unknown(unknown) => format!("nothing to do for {}", unknown.event_type),
        }
    }

    /// Two events can report the payment of one session. The store of events detects duplicates of
    /// each event, and this set detects the second event of a session.
    fn ship(&self, session: &Session) -> String {
        let order = session.client_reference_id.as_deref().unwrap_or(&session.id);
        let mut shipped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !shipped.insert(session.id.clone()) {
            return format!("{order} was shipped before");
        }
        let (cents, currency) = (session.amount_total.unwrap_or(0), session.currency.as_deref());
        format!("{order} is shipped: {cents} {}", currency.unwrap_or("-"))
    }
}
