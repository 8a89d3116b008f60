//! Tenants of providers that also sign a time, and in one case an id.

use std::time::{Duration, UNIX_EPOCH};

use countersign::{
    Provider, Secret, Signer,
    providers::{Slack, StandardWebhooks, Stripe},
};

use super::*;
use crate::fire::{NOW, WHSEC, WHSEC_PREVIOUS};

/// The endpoint of one provider's tenants.
struct Endpoint {
    name: &'static str,
    secret: &'static str,
    retired: &'static str,
    event_type: &'static str,
    id: Option<&'static str>,
    body: &'static str,
}

const SLACK: Endpoint = Endpoint {
    name: "slack-tenants",
    secret: SECRET,
    retired: PREVIOUS,
    event_type: "event_callback",
    id: Some("evt_1"),
    body: r#"{"event_id":"evt_1","type":"event_callback","event":{}}"#,
};

const STRIPE: Endpoint = Endpoint {
    name: "stripe-tenants",
    secret: SECRET,
    retired: PREVIOUS,
    event_type: "user.created",
    id: Some("evt_1"),
    body: EVENT,
};

const STANDARD: Endpoint = Endpoint {
    name: "standard-tenants",
    secret: WHSEC,
    retired: WHSEC_PREVIOUS,
    event_type: "user.created",
    id: Some("msg_1"),
    body: EVENT,
};

pub(super) fn rows() -> Vec<Row> {
    let renamed = signed::<StandardWebhooks>(WHSEC, 0, EVENT);
    let renamed = replaced(&renamed, "msg_1", "msg_2");
    let mut rows = STANDARD.rows::<StandardWebhooks>();
    rows.push(refuses("standard-tenants, another id", STANDARD.post("acme", &renamed).bytes()));
    [SLACK.rows::<Slack>(), STRIPE.rows::<Stripe>(), rows].into_iter().flatten().collect()
}

impl Endpoint {
    fn rows<P: Provider>(&self) -> Vec<Row> {
        let sent = |secret, offset| signed::<P>(secret, offset, self.body);
        let now = sent(self.secret, 0);
        // This delivery was captured an hour ago, and is sent with the current time.
        let renewed = |secret| {
            let captured = sent(secret, -3600);
            replaced(&captured, &(NOW - 3600).to_string(), &NOW.to_string())
        };
        let ahead = replaced(&now, &NOW.to_string(), &(NOW + 1).to_string());
        vec![
            self.accepts("now", &now, 0),
            self.accepts("300 s ago", &sent(self.secret, -300), 0),
            self.accepts("retired secret", &sent(self.retired, 0), 1),
            self.refuses("301 s ago", "acme", &sent(self.secret, -301)),
            self.refuses("an old delivery with the current time", "acme", &renewed(self.secret)),
            self.refuses(
                "an old delivery with the current time, retired secret",
                "acme",
                &renewed(self.retired),
            ),
            self.refuses("a second ahead", "acme", &ahead),
            self.refuses("another secret", "acme", &sent(WHSEC_OTHER, 0)),
            self.refuses("unknown tenant", "nobody", &now),
            self.refuses("body changed", "acme", &signed::<P>(self.secret, 0, "{}")),
        ]
    }

    fn accepts(&self, what: &str, headers: &Headers, secret: u8) -> Row {
        let answer = told(self.name, Some(self.event_type), self.id, secret, self.body.as_bytes());
        let row = Row::ours(self.row(what), send(self.post("acme", headers).bytes()), vec![answer]);
        row.effects(self.id)
    }

    fn refuses(&self, what: &str, tenant: &str, headers: &Headers) -> Row {
        refuses(self.row(what), self.post(tenant, headers).bytes())
    }

    fn row(&self, what: &str) -> &'static str {
        format!("{}, {what}", self.name).leak()
    }

    fn post(&self, tenant: &str, headers: &Headers) -> Post {
        let post = Post::to(&format!("/{}/{tenant}", self.name)).body(self.body);
        headers.iter().fold(post, |post, (name, value)| post.field(format!("{name}: {value}")))
    }
}

/// The header fields of a delivery with the id `msg_1`.
type Headers = Vec<(String, String)>;

fn signed<P: Provider>(secret: &str, offset: i64, body: &str) -> Headers {
    let signer = Signer::<P>::new(Secret::new(secret).unwrap()).unwrap();
    let time = UNIX_EPOCH + Duration::from_secs(NOW.saturating_add_signed(offset));
    signer.at(time).id("msg_1").sign(body.as_bytes()).unwrap().into_iter().collect()
}

fn replaced(headers: &Headers, from: &str, to: &str) -> Headers {
    headers.iter().map(|(name, value)| (name.clone(), value.replace(from, to))).collect()
}

/// A secret that is not the tenant's: the key `[9; 24]`.
const WHSEC_OTHER: &str = "whsec_CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ";
