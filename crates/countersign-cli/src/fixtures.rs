//! Sample events: at least one for each provider, and one for each event that has a type in Rust.

use std::time::{SystemTime, UNIX_EPOCH};

use countersign_core::providers::AnyProvider;

use crate::{
    failure::Failure,
    members::{self, Members},
    moment,
};

/// A sample event.
pub(crate) struct Fixture {
    /// The name of the sample: the event's type, for some after the name of a shape and a colon.
    name: String,
    json: String,
}

impl Fixture {
    /// Returns the event of this type, or the first one.
    pub(crate) fn of(provider: AnyProvider, event_type: Option<&str>) -> Result<Self, Failure> {
        let fixtures = all(provider)?;
        let count = fixtures.len();
        let is_asked_for = |name: &str| event_type.is_none_or(|asked| asked == name);
        let found = fixtures.into_iter().find(|fixture| is_asked_for(&fixture.name));
        found.ok_or_else(|| {
            let asked = event_type.unwrap_or_default();
            let names = names(provider).join(", ");
            Failure::usage(format!("{} has no sample of type {asked:?}", provider.name())).next(
                format!("give one of its {count} types ({names}), or give the body as a FILE"),
            )
        })
    }

    /// Returns the event's type.
    pub(crate) fn event_type(&self) -> &str {
        self.name.split_once(':').map_or(&self.name, |(_, name)| name)
    }

    /// Returns the body, as if the event had happened at this time. Its length does not depend on the
    /// time.
    pub(crate) fn body(&self, time: SystemTime) -> String {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.json
            .replace("\"{now_ms}\"", &since_epoch.as_millis().to_string())
            .replace("\"{now_s}\"", &since_epoch.as_secs().to_string())
            .replace("{now}", &moment::with_milliseconds(time))
    }
}

/// Returns the names of the samples of this provider, the default one first.
pub(crate) fn names(provider: AnyProvider) -> Vec<String> {
    let fixtures = all(provider).unwrap_or_default();
    fixtures.into_iter().map(|fixture| fixture.name).collect()
}

fn all(provider: AnyProvider) -> Result<Vec<Fixture>, Failure> {
    let file = FILES.iter().find(|(name, _)| *name == provider.name()).map(|(_, file)| *file);
    let Members(fixtures) =
        serde_json::from_str(file.unwrap_or("{}")).map_err(Failure::could_not_run)?;
    let fixtures = fixtures
        .into_iter()
        .map(|(name, json)| Fixture { name, json: members::compact(json.get()) });
    Ok(fixtures.collect())
}

macro_rules! files {
    ($($name:literal,)*) => {
        &[$(($name, include_str!(concat!("fixtures/", $name, ".json")))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "clerk",
    "dropbox",
    "elevenlabs",
    "gitea",
    "github",
    "gogs",
    "hookdeck",
    "linear",
    "meta",
    "openai",
    "paddle",
    "pagerduty",
    "replicate",
    "resend",
    "respan",
    "sentry",
    "shopify",
    "slack",
    "speaknode",
    "square",
    "standard-webhooks-ed25519",
    "standard-webhooks",
    "stripe",
    "vercel",
    "webflow",
    "woocommerce",
    "x-webhook-signature",
    "zoom",
];

#[cfg(test)]
mod tests {
    use countersign_core::{
        Event, Secret,
        providers::{github, speaknode, stripe, x_webhook_signature},
    };

    use super::*;

    #[test]
    fn has_a_sample_of_each_provider_at_its_places() {
        let now = UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        for provider in AnyProvider::all() {
            let names = names(*provider);
            assert!(!names.is_empty(), "{}", provider.name());
            for name in names {
                let fixture = Fixture::of(*provider, Some(&name)).unwrap();
                let body = fixture.body(now);
                assert!(!body.contains("{now"), "{body}");
                if provider.name() == "standard-webhooks-ed25519" {
                    continue;
                }
                let secret = Secret::new("c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0").unwrap();
                let url = "https://example.com/hook";
                let signing = provider.signing(&secret).unwrap().at(now).id("msg_1");
                let signing = signing.url(url).unwrap().sign(body.as_bytes()).unwrap();
                let headers: Vec<_> = signing.into_iter().collect();
                let verifier = provider.verifier(secret).unwrap().url(url).unwrap();
                let verified = verifier.verify_at(now, &headers, body.as_bytes()).unwrap();
                let delivery = verified.delivery(&headers);
                if provider.event().event_type.is_signed() {
                    assert_eq!(delivery.event_type().as_deref(), Some(fixture.event_type()));
                }
                let is_handshake = provider.event().handshakes.contains(&fixture.event_type());
                if provider.event().id.is_signed() && !is_handshake {
                    assert!(delivery.id().is_some(), "{} {name}", provider.name());
                }
            }
        }
    }
    /// Parses each sample with the provider's own type, and returns the name of the sample with the
    /// type that is listed there.
    fn listed<E: Event>() -> Vec<(String, Option<&'static str>)> {
        let provider = AnyProvider::of::<E::Provider>();
        let secret = Secret::new("secret").unwrap();
        let parsed = names(provider).into_iter().map(|name| {
            let fixture = Fixture::of(provider, Some(&name)).unwrap();
            let body = fixture.body(SystemTime::now());
            let signed = provider.signing(&secret).unwrap().sign(body.as_bytes()).unwrap();
            let mut headers: Vec<_> = signed.into_iter().collect();
            headers.push(("X-GitHub-Event".to_owned(), fixture.event_type().to_owned()));
            let verifier = provider.verifier(secret.clone()).unwrap();
            let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
            let event = E::parse(&verified.delivery(&headers)).unwrap();
            (name, event.__listed_type())
        });
        parsed.collect()
    }

    #[test]
    fn has_samples_that_fit_the_typed_events() {
        let all = listed::<x_webhook_signature::Event>();
        assert_eq!(all.len(), 16);
        for (name, listed) in all.into_iter().chain(listed::<speaknode::Event>()) {
            assert_eq!(listed, Some(name.trim_start_matches("objects:")), "{name}");
        }
        assert!(!listed::<stripe::Event>().is_empty() && !listed::<github::Event>().is_empty());
    }
}
