//! The places of the id, the type and the data, for every provider.

use std::{any::type_name, collections::BTreeSet};

use super::*;
use crate::{
    Provider,
    event::{Delivery, OpenEvent, RawEnvelope},
    providers::*,
};

/// A provider, and the place that each fact is read from.
struct Row {
    provider: &'static str,
    read: Facts<String>,
    expected: Facts<&'static str>,
}

#[derive(Debug, PartialEq)]
struct Facts<T> {
    id: Option<T>,
    event_type: Option<T>,
    data: Option<T>,
}

fn row<P: Provider>(id: Option<&'static str>, event_type: Option<&'static str>, data: Data) -> Row {
    row_of::<P>(BODY, id, event_type, data)
}

fn row_of<P: Provider>(
    body: &'static str,
    id: Option<&'static str>,
    event_type: Option<&'static str>,
    data: Data,
) -> Row {
    let signed_id = (!P::SCHEME.id_headers.is_empty()).then_some("signed id");
    let headers = HEADERS.map(|name| (name, name));
    let delivery = Delivery::new(body.as_bytes(), Cow::Owned(P::EVENT), signed_id, &headers);
    let data = match data {
        Data::Whole => None,
        Data::Member(text) => Some(text),
    };
    Row {
        provider: type_name::<P>().rsplit("::").next().unwrap_or_default(),
        read: read::<P>(&delivery),
        expected: Facts { id, event_type, data },
    }
}

/// Reads a delivery in each way, and checks that all ways agree.
fn read<P: Provider>(delivery: &Delivery<'_>) -> Facts<String> {
    let name = P::NAME;
    let OpenEvent { id, event_type, .. } = OpenEvent::<P>::parse(delivery).unwrap();
    assert_eq!(delivery.id().as_deref(), id.as_deref(), "{name}");
    let identity = delivery.identity();
    assert_eq!(identity.is_some(), id.is_some(), "{name}");
    if let Some(identity) = identity {
        assert!(identity.id == crate::event::EventId::Id(id.clone().unwrap().into()), "{name}");
        assert_eq!(identity.event_type.as_deref(), event_type.as_deref(), "{name}");
    }
    let Ok(envelope) = RawEnvelope::read(delivery) else {
        // An event without a type has no envelope.
        assert_eq!((&event_type, P::EVENT.data), (&None, None), "{name}");
        return Facts { id, event_type, data: None };
    };
    assert_eq!(envelope.id.as_deref(), id.as_deref(), "{name}");
    assert_eq!(Some(&*envelope.event_type), event_type.as_deref(), "{name}");
    let data = envelope.data_text().filter(|text| *text != envelope.body());
    Facts { id, event_type, data: data.map(str::to_owned) }
}

/// The place of an event's data.
#[derive(Clone, Copy)]
enum Data {
    Whole,
    Member(&'static str),
}

use Data::{Member, Whole};

fn rows() -> Vec<Row> {
    let signed = Some("signed id");
    vec![
        row::<Clerk>(signed, Some("type"), Member("\"data\"")),
        row::<Dropbox>(None, None, Whole),
        row::<ElevenLabs>(None, Some("type"), Member("\"data\"")),
        row::<Gitea>(Some("X-Gitea-Delivery"), Some("X-Gitea-Event"), Whole),
        row::<GitHub>(Some("X-GitHub-Delivery"), Some("X-GitHub-Event"), Whole),
        row::<Gogs>(Some("X-Gogs-Delivery"), Some("X-Gogs-Event"), Whole),
        row::<Hookdeck>(Some("X-Hookdeck-EventID"), None, Whole),
        row::<Linear>(Some("Linear-Delivery"), Some("type"), Member("\"data\"")),
        row::<Meta>(None, Some("object"), Whole),
        row::<OpenAI>(signed, Some("type"), Member("\"data\"")),
        row::<Paddle>(Some("event_id"), Some("event_type"), Member("\"data\"")),
        row::<PagerDuty>(Some("event.id"), Some("event.event_type"), Member("\"event.data\"")),
        row::<Replicate>(signed, None, Whole),
        row::<Resend>(signed, Some("type"), Member("\"data\"")),
        row::<Respan>(None, None, Whole),
        row::<Sentry>(Some("Request-ID"), Some("Sentry-Hook-Resource"), Member("\"data\"")),
        row::<Shopify>(Some("X-Shopify-Webhook-Id"), Some("X-Shopify-Topic"), Whole),
        row::<Slack>(
            Some("event_id"),
            Some("type"),
            Member(
                r#"{"id":"event.id","type":"event.type","event_type":"event.event_type","data":"event.data"}"#,
            ),
        ),
        row::<SpeakNode>(None, Some("type"), Whole),
        row::<Square>(Some("event_id"), Some("type"), Member("\"data\"")),
        row::<StandardWebhooks>(signed, Some("type"), Member("\"data\"")),
        #[cfg(feature = "ed25519")]
        row::<StandardWebhooksEd25519>(signed, Some("type"), Member("\"data\"")),
        row::<Stripe>(Some("id"), Some("type"), Member("\"data\"")),
        row::<Vercel>(Some("id"), Some("type"), Member("\"payload\"")),
        row::<Webflow>(None, Some("triggerType"), Member("\"payload\"")),
        row::<WooCommerce>(Some("X-WC-Webhook-Delivery-ID"), Some("X-WC-Webhook-Topic"), Whole),
        row::<XWebhookSignature>(Some("id"), Some("type"), Member("\"data\"")),
        row_of::<Zoom>(BODY_WITH_EVENT_AS_TEXT, None, Some("event"), Member("\"payload\"")),
    ]
}

/// Each member holds its own name, so that a fact that is read from another place differs.
const BODY: &str = r#"{
    "id": "id", "event_id": "event_id", "uid": "uid",
    "type": "type", "event_type": "event_type", "eventType": "eventType", "object": "object",
    "triggerType": "triggerType",
    "event": {"id":"event.id","type":"event.type","event_type":"event.event_type","data":"event.data"},
    "data": "data", "payload": "payload"
}"#;

const BODY_WITH_EVENT_AS_TEXT: &str = r#"{
    "id": "id", "event_id": "event_id", "type": "type", "event_type": "event_type",
    "event": "event", "object": "object", "data": "data", "payload": "payload"
}"#;

/// Each field holds its own name.
const HEADERS: [&str; 15] = [
    "Linear-Delivery",
    "Linear-Event",
    "Request-ID",
    "Sentry-Hook-Resource",
    "X-Gitea-Delivery",
    "X-Gitea-Event",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
    "X-Gogs-Delivery",
    "X-Gogs-Event",
    "X-Hookdeck-EventID",
    "X-Shopify-Topic",
    "X-Shopify-Webhook-Id",
    "X-WC-Webhook-Delivery-ID",
    "X-WC-Webhook-Topic",
];

#[test]
fn reads_each_fact_from_the_place_that_the_provider_documents() {
    for Row { provider, read, expected } in rows() {
        let Facts { id, event_type, data } = &read;
        let read =
            Facts { id: id.as_deref(), event_type: event_type.as_deref(), data: data.as_deref() };
        assert_eq!(read, expected, "{provider}");
    }
}

#[test]
fn has_a_row_for_every_provider() {
    let exported = include_str!("../../providers/mod.rs").lines().filter_map(|line| {
        let line = line.strip_prefix("pub use ").filter(|line| !line.starts_with("crate::"))?;
        let (_, name) = line.strip_suffix(';')?.split_once("::")?;
        Some(name)
    });
    let is_provider = |name: &&str| {
        *name != "HandshakeAnswer"
            && !name.starts_with("__")
            && (cfg!(feature = "ed25519") || *name != "StandardWebhooksEd25519")
    };
    let exported: BTreeSet<_> = exported.filter(is_provider).collect();
    let rows: BTreeSet<_> = rows().iter().map(|row| row.provider).collect();
    assert_eq!(rows, exported);
}
