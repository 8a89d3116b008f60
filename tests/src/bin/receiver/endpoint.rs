//! The parts of the endpoints that all surfaces share.

use std::env;

use axum::extract::FromRef;
use countersign::{
    Answer, ConfigError, HeaderSource, Provider, Scheme, Secret, Secrets, Verifier,
    clock::FixedClock,
    event::EventAt,
    idempotency::Idempotency,
    providers::{
        EndpointOf, GitHub, Gitea, HandshakeAnswer, Hookdeck, Respan, SpeakNode, StandardWebhooks,
        Stripe, XWebhookSignature, slack,
    },
    request::UnsignedRequest,
    scheme::{BodyForm, Part, Timestamp, TimestampUnit},
    tenants::Tenants,
};

use crate::{
    arguments::Arguments,
    effects::Effects,
    handler::Handler,
    idempotency::Keep,
    inbox::Kept,
    tenants::{Directory, PerTenant, SlackTenants, StandardTenants, StripeTenants},
};

/// The in-house convention, for a sender that signs `JSON.stringify` and may send another text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WebhookJs;

impl Provider for WebhookJs {
    const NAME: &'static str = "webhook-js";
    const SCHEME: Scheme = XWebhookSignature::SCHEME.forms(&[BodyForm::JavaScript]);
    const EVENT: EventAt = XWebhookSignature::EVENT;
}

/// The in-house convention, for a sender that signs the text and may compress it afterwards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WebhookInflated;

impl EndpointOf for WebhookInflated {
    type Provider = XWebhookSignature;
    const NAME: &'static str = "webhook-inflated";
}

/// Events of the in-house convention, signed with a time in each of up to four groups.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grouped;

impl Provider for Grouped {
    const NAME: &'static str = "grouped";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Grouped-Signature"])
        .list(',', '=', "v1")
        .groups(' ')
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = XWebhookSignature::EVENT;
}

/// Events of the in-house convention, with one signature header for each secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbered;

impl Provider for Numbered {
    const NAME: &'static str = "numbered";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_hex(&["X-Numbered-Signature-1", "X-Numbered-Signature-2"]).numbered();
    const EVENT: EventAt = XWebhookSignature::EVENT;
}

/// Standard Webhooks of a sender that has only the headers `svix-..`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Svix;

impl EndpointOf for Svix {
    type Provider = StandardWebhooks;
    const NAME: &'static str = "svix";
}

/// A verifier for each endpoint, and the handler that they share.
#[derive(Clone, Debug, FromRef)]
pub(crate) struct Endpoints {
    pub(crate) respan: Verifier<Respan>,
    pub(crate) webhook: Verifier<XWebhookSignature>,
    pub(crate) webhook_js: Verifier<WebhookJs>,
    pub(crate) webhook_inflated: Verifier<WebhookInflated>,
    pub(crate) grouped: Verifier<Grouped>,
    pub(crate) numbered: Verifier<Numbered>,
    pub(crate) speaknode: Verifier<SpeakNode>,
    pub(crate) github: Verifier<GitHub>,
    pub(crate) stripe: Verifier<Stripe>,
    pub(crate) standard: Verifier<StandardWebhooks>,
    pub(crate) svix: Verifier<Svix>,
    pub(crate) gitea: Verifier<Gitea>,
    pub(crate) hookdeck: Verifier<Hookdeck>,
    pub(crate) tenants: Verifier<PerTenant>,
    pub(crate) slack_tenants: Verifier<SlackTenants>,
    pub(crate) stripe_tenants: Verifier<StripeTenants>,
    pub(crate) standard_tenants: Verifier<StandardTenants>,
    pub(crate) handler: Handler,
    pub(crate) idempotency: Idempotency,
    /// Set if each event is handled once.
    pub(crate) is_once: bool,
    /// The endpoints that keep their deliveries.
    pub(crate) kept: Option<Kept>,
}

impl Endpoints {
    pub(crate) async fn new(arguments: &Arguments) -> Result<Self, Box<dyn std::error::Error>> {
        let effects = match (&arguments.exactly_once, &arguments.effects) {
            (Some(url), _) => Effects::in_table(url).await?,
            (None, Some(path)) => Effects::append_to(path)?,
            (None, None) => Effects::in_memory(),
        };
        let handler = Handler::new(arguments, effects);
        Ok(Self {
            kept: Kept::open(arguments, &handler).await?,
            respan: verifier("RESPAN_SECRET", arguments)?,
            webhook: verifier("WEBHOOK_SECRET", arguments)?,
            webhook_js: verifier("WEBHOOK_SECRET", arguments)?,
            webhook_inflated: verifier("WEBHOOK_SECRET", arguments)?.forms([BodyForm::Inflated]),
            grouped: verifier("WEBHOOK_SECRET", arguments)?,
            numbered: verifier("WEBHOOK_SECRET", arguments)?,
            speaknode: verifier("SPEAKNODE_SECRET", arguments)?,
            github: verifier("GITHUB_SECRET", arguments)?,
            stripe: verifier("STRIPE_SECRET", arguments)?,
            standard: verifier("STANDARD_SECRET", arguments)?,
            svix: verifier("STANDARD_SECRET", arguments)?.header("svix-signature")?,
            gitea: verifier("GITEA_SECRET", arguments)?,
            hookdeck: verifier("HOOKDECK_SECRET", arguments)?,
            tenants: per_tenant("WEBHOOK_SECRET", arguments)?,
            slack_tenants: per_tenant("SLACK_SECRET", arguments)?,
            stripe_tenants: per_tenant("STRIPE_SECRET", arguments)?,
            standard_tenants: per_tenant("STANDARD_SECRET", arguments)?,
            handler,
            idempotency: Keep::open(arguments).await?,
            is_once: arguments.idempotency != Keep::Nothing,
        })
    }
}

impl Endpoints {
    /// Returns the settings of the middleware that handles each event once, if it is used.
    pub(crate) fn once(&self) -> Option<Idempotency> {
        self.is_once.then(|| self.idempotency.clone())
    }
}

/// Makes a verifier with the secrets of a variable.
pub(crate) fn verifier<P: Provider>(
    variable: &str,
    arguments: &Arguments,
) -> Result<Verifier<P>, Box<dyn std::error::Error>> {
    Ok(limited(Verifier::new(secrets(variable)?)?, arguments))
}

/// Makes a verifier that looks secrets up for each tenant; the tenant `acme` has those of the
/// variable.
fn per_tenant<P: Provider>(
    variable: &str,
    arguments: &Arguments,
) -> Result<Verifier<P>, Box<dyn std::error::Error>> {
    let directory = Directory(secrets(variable)?);
    Ok(limited(Verifier::per_tenant(Tenants::new(directory)), arguments))
}

fn limited<P: Provider>(verifier: Verifier<P>, arguments: &Arguments) -> Verifier<P> {
    let verifier = verifier.body_limit(arguments.body_limit).body_deadline(arguments.body_deadline);
    let verifier = match arguments.clock {
        Some(seconds) => verifier.clock(FixedClock::at_unix_seconds(seconds)),
        None => verifier,
    };
    let verifier = match arguments.answer_unsigned {
        true => verifier.answer_unsigned(answer_unsigned),
        false => verifier,
    };
    if arguments.own_answers { with_own_answers(verifier) } else { verifier }
}

fn answer_unsigned(request: &UnsignedRequest<'_>) -> Option<Answer> {
    if let Some(token) = request.head().header("x-hook-secret") {
        return HandshakeAnswer::in_header("X-Hook-Secret", token).map(Answer::from);
    }
    let length = request.body().len().to_string();
    let token = match str::from_utf8(request.body()).ok()? {
        body if body.starts_with("length") => &length,
        body => match body.strip_prefix("challenge=") {
            Some(token) => token,
            None => return slack::answer_ssl_check(request),
        },
    };
    HandshakeAnswer::in_body(token).map(Answer::from)
}

/// Sets answers that name their status. GitHub's also name the provider.
fn with_own_answers<P: Provider>(verifier: Verifier<P>) -> Verifier<P> {
    let [unauthorized, bad_request, too_large, unprocessable] = match P::NAME {
        "github" => ["github: 401", "github: 400", "github: 413", "github: 422"].map(Answer::text),
        _ => [
            r#"{"message":"401"}"#,
            r#"{"message":"400"}"#,
            r#"{"message":"413"}"#,
            r#"{"message":"422"}"#,
        ]
        .map(Answer::json),
    };
    verifier
        .unauthorized(unauthorized)
        .bad_request(bad_request)
        .payload_too_large(too_large)
        .unprocessable(unprocessable)
}

fn secrets(variable: &str) -> Result<Secrets, Box<dyn std::error::Error>> {
    let secrets = match Secret::from_env(variable) {
        Ok(secret) => Secrets::new(secret),
        Err(ConfigError::Variable { reason, .. }) if *reason == ConfigError::VariableNotSet => {
            eprintln!("receiver: {variable} is not set: its endpoint rejects every delivery");
            let mut unknown = [0; 32];
            getrandom::fill(&mut unknown)?;
            Secrets::new(Secret::from_bytes(unknown)?)
        }
        Err(error) => return Err(error.into()),
    };
    let previous = format!("{variable}_PREVIOUS");
    Ok(match env::var_os(&previous) {
        Some(_) => secrets.with_retired(Secret::from_env(&previous)?)?,
        None => secrets,
    })
}

/// Returns whether the header fields that the tower layer passes on describe the body that it
/// passes on. If the signed text differs from the sent text, the fields that arrived describe the
/// sent text.
pub(crate) fn describe<H: HeaderSource>(headers: &H, form: BodyForm, bytes: &[u8]) -> bool {
    let mut lengths = headers.values("content-length");
    let length_fits = |length: &[u8]| length == bytes.len().to_string().as_bytes();
    if form == BodyForm::Wire {
        return lengths.all(length_fits);
    }
    let is_coded = headers.values("content-encoding").next().is_some();
    if form == BodyForm::Inflated && is_coded {
        return false;
    }
    let is_json = headers.values("content-type").eq([&b"application/json"[..]]);
    if matches!(form, BodyForm::UrlEncodedMember(_)) && !is_json {
        return false;
    }
    let is_gone = |name: &&str| headers.values(name).next().is_none();
    lengths.next().is_some_and(length_fits)
        && lengths.next().is_none()
        && ["transfer-encoding", "content-digest", "digest", "content-md5"].iter().all(is_gone)
}
