//! The providers that a delivery can be signed for.

use countersign::{Provider, Secret, Signer, providers::*, signer::Signing};

pub(crate) type Headers = Vec<(String, String)>;

/// The content of a signature, and the secret.
pub(crate) struct Delivery<'a> {
    pub(crate) secret: Secret,
    pub(crate) url: &'a str,
    pub(crate) id: &'a str,
    pub(crate) header: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

/// A provider, a sample of its events, and the function that signs for it.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) sample: &'static str,
    /// The header of the event's type and the type of the sample, for providers that send it there.
    type_header: Option<(&'static str, &'static str)>,
    /// The header of the event's id, for providers that send it there and do not sign it.
    id_header: Option<&'static str>,
    pub(crate) sign: fn(&Delivery<'_>) -> anyhow::Result<Headers>,
}

/// Returns the provider of this name.
pub(crate) fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}

/// Returns the names of all providers.
pub(crate) fn list() -> String {
    let mut text = "Providers:".to_owned();
    for row in KNOWN.chunks(3) {
        let names: String = row.iter().map(|known| format!("  {:<25}", known.name)).collect();
        text.push_str(&format!("\n{}", names.trim_end()));
    }
    text
}

fn sign<P: Provider>(delivery: &Delivery<'_>) -> anyhow::Result<Headers> {
    signed(Signer::<P>::new(delivery.secret.clone())?, delivery)
}

fn sign_with_url<P: Provider>(delivery: &Delivery<'_>) -> anyhow::Result<Headers> {
    signed(Signer::<P>::with_url(delivery.secret.clone(), delivery.url)?, delivery)
}

fn signed<P: Provider>(mut signer: Signer<P>, delivery: &Delivery<'_>) -> anyhow::Result<Headers> {
    if let Some(name) = delivery.header {
        signer = signer.header(name)?;
    }
    let headers = Signing::from(&signer).id(delivery.id).sign(delivery.body)?;
    Ok(headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

const fn known<P: Provider>(sample: &'static str) -> Known {
    Known { name: P::NAME, sample, type_header: None, id_header: None, sign: sign::<P> }
}

impl Known {
    const fn id_in(self, header: &'static str) -> Self {
        Self { id_header: Some(header), ..self }
    }

    const fn type_in(self, header: &'static str, event_type: &'static str) -> Self {
        Self { type_header: Some((header, event_type)), ..self }
    }

    /// Returns the headers that are not signed.
    pub(crate) fn event_headers(&self, id: &str) -> Headers {
        let type_header = self.type_header.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let id_header = self.id_header.map(|name| (name.to_owned(), id.to_owned()));
        type_header.into_iter().chain(id_header).collect()
    }
}

const KNOWN: &[Known] = &[
    known::<Clerk>(r#"{"type":"user.created","data":{"id":"user_1"},"object":"event"}"#),
    known::<Dropbox>(r#"{"list_folder":{"accounts":["dbid:1"]}}"#),
    known::<ElevenLabs>(r#"{"type":"post_call_transcription","data":{"agent_id":"a_1"}}"#),
    known::<GitHub>(r#"{"zen":"Keep it logically awesome.","hook_id":1}"#)
        .type_in("X-GitHub-Event", "ping")
        .id_in("X-GitHub-Delivery"),
    known::<Gitea>(r#"{"ref":"refs/heads/main","commits":[]}"#)
        .type_in("X-Gitea-Event", "push")
        .id_in("X-Gitea-Delivery"),
    known::<Gogs>(r#"{"ref":"refs/heads/main","commits":[]}"#)
        .type_in("X-Gogs-Event", "push")
        .id_in("X-Gogs-Delivery"),
    known::<Hookdeck>(r#"{"id":"evt_1","type":"ping"}"#).id_in("X-Hookdeck-EventID"),
    known::<Linear>(r#"{"type":"Issue","action":"create","data":{},"webhookTimestamp":"now"}"#)
        .id_in("Linear-Delivery"),
    known::<Meta>(r#"{"object":"page","entry":[]}"#),
    known::<OpenAI>(r#"{"id":"evt_1","type":"response.completed","data":{"id":"resp_1"}}"#),
    known::<Paddle>(
        r#"{"event_id":"evt_1","event_type":"transaction.paid","data":{"id":"txn_1"}}"#,
    ),
    known::<PagerDuty>(
        r#"{"event":{"id":"e_1","event_type":"incident.triggered","data":{"id":"i_1"}}}"#,
    ),
    known::<Replicate>(r#"{"id":"p_1","status":"succeeded"}"#),
    known::<Resend>(r#"{"type":"email.delivered","data":{"email_id":"e_1"}}"#),
    known::<Respan>(r#"{"model":"small","cost":"$0.002"}"#),
    known::<Sentry>(r#"{"action":"created","data":{"issue":{"id":"1"}}}"#)
        .type_in("Sentry-Hook-Resource", "issue")
        .id_in("Request-ID"),
    known::<Shopify>(r#"{"id":1,"total_price":"10.00"}"#)
        .type_in("X-Shopify-Topic", "orders/create")
        .id_in("X-Shopify-Webhook-Id"),
    known::<Slack>(r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}"#),
    known::<SpeakNode>(r#"{"event":"SessionStarted","agent":"a_1"}"#),
    Known {
        name: Square::NAME,
        sample: r#"{"event_id":"evt_1","type":"payment.updated","data":{"id":"p_1"}}"#,
        type_header: None,
        id_header: None,
        sign: sign_with_url::<Square>,
    },
    known::<StandardWebhooks>(r#"{"type":"user.created","data":{"id":"u_1"}}"#),
    known::<StandardWebhooksEd25519>(r#"{"type":"user.created","data":{"id":"u_1"}}"#),
    known::<Stripe>(r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1"}}}"#),
    known::<Vercel>(r#"{"id":"evt_1","type":"deployment.succeeded","payload":{}}"#),
    known::<Webflow>(r#"{"triggerType":"form_submission","payload":{"name":"Contact"}}"#),
    known::<WooCommerce>(r#"{"id":1,"status":"processing"}"#)
        .type_in("X-WC-Webhook-Topic", "order.created")
        .id_in("X-WC-Webhook-Delivery-ID"),
    known::<XWebhookSignature>(
        r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}"#,
    ),
    known::<Zoom>(r#"{"event":"meeting.started","payload":{"object":{"id":"1"}}}"#),
];
