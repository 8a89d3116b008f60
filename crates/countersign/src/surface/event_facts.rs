//! The id and the type of an event, for events that do not hold them.

use std::borrow::Cow;

use countersign_core::{
    Provider,
    event::{Delivery, Location},
};

use crate::Verified;

/// The id and the type of an event, if they are in unsigned headers. If they are in the body or in
/// a signed header, the proof holds them, and a delivery costs no allocation here.
pub(crate) struct HeaderFacts {
    id: Option<Box<str>>,
    event_type: Option<Box<str>>,
}

impl HeaderFacts {
    pub(super) fn of<P: Provider>(delivery: &Delivery<'_>) -> Self {
        let in_header = |place| matches!(place, Location::UnsignedHeader(_));
        let id = if in_header(P::EVENT.id) { delivery.id() } else { None };
        let event_type = if in_header(P::EVENT.event_type) { delivery.event_type() } else { None };
        Self { id: id.map(Box::from), event_type: event_type.map(Box::from) }
    }

    pub(super) fn id<'a, P: Provider>(&'a self, verified: &'a Verified<P>) -> Option<Cow<'a, str>> {
        let kept = self.id.as_deref();
        value(P::EVENT.id, kept, verified, |delivery| delivery.id().map(Cow::into_owned))
    }

    pub(super) fn event_type<'a, P: Provider>(
        &'a self,
        verified: &'a Verified<P>,
    ) -> Option<Cow<'a, str>> {
        let kept = self.event_type.as_deref();
        let of_body = |delivery: Delivery<'_>| delivery.event_type().map(Cow::into_owned);
        value(P::EVENT.event_type, kept, verified, of_body)
    }
}

/// Returns the value at a location: the value that was kept, or the value that the proof holds.
fn value<'a, P: Provider>(
    place: Location,
    kept: Option<&'a str>,
    verified: &'a Verified<P>,
    of_body: impl FnOnce(Delivery<'_>) -> Option<String>,
) -> Option<Cow<'a, str>> {
    match place {
        Location::UnsignedHeader(_) => kept.map(Cow::Borrowed),
        Location::SignedId => verified.signed_id().map(Cow::Borrowed),
        _ => of_body(verified.delivery(&NO_HEADERS)).map(Cow::Owned),
    }
}

const NO_HEADERS: [(&str, &str); 0] = [];

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;
    use countersign_core::{
        Event, Secret, Signer, Verifier,
        event::OpenEvent,
        providers::{GitHub, Replicate, Slack, StandardWebhooks, XWebhookSignature},
    };

    use super::*;
    use crate::{Webhook, surface::Extractor};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Reads a delivery as an extractor does, and checks its id and its type.
    fn check<P: Provider>(
        more: &[(&str, &str)],
        body: &str,
        id: Option<&str>,
        event_type: Option<&str>,
        kept: usize,
    ) -> Outcome {
        let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
        let signer = Signer::<P>::new(secret.clone())?;
        let signed = signer.at(SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let headers: Vec<_> = signed.into_iter().chain(more).collect();

        let mut verification = Verifier::<P>::new(secret)?.begin(&headers, None)?;
        verification.update(Bytes::copy_from_slice(body.as_bytes()))?;
        let verified = verification.finish()?;
        let expected = OpenEvent::<P>::parse(&verified.delivery(&headers))?;
        assert_eq!((expected.id.as_deref(), expected.event_type.as_deref()), (id, event_type));

        let Ok(webhook) = Webhook::<OpenEvent<P>>::read(verified, &headers) else {
            return Err("the event cannot be read".into());
        };
        assert_eq!((webhook.id().as_deref(), webhook.event_type().as_deref()), (id, event_type));
        let HeaderFacts { id, event_type } = webhook.header_facts;
        assert_eq!(usize::from(id.is_some()) + usize::from(event_type.is_some()), kept);
        Ok(())
    }

    #[test]
    fn reads_the_id_and_the_type_from_the_proof_and_keeps_only_unsigned_headers() -> Outcome {
        let flat = r#"{"id":"evt_1","type":"paid","data":1,"event_id":"Ev1"}"#;
        check::<XWebhookSignature>(&[], flat, Some("evt_1"), Some("paid"), 0)?;
        check::<XWebhookSignature>(&[], r#"{"id":7,"type":"a\"b"}"#, Some("7"), Some("a\"b"), 0)?;
        check::<Slack>(&[], flat, Some("Ev1"), Some("paid"), 0)?;
        check::<StandardWebhooks>(&[], flat, Some("msg_1"), Some("paid"), 0)?;
        check::<Replicate>(&[], flat, Some("msg_1"), None, 0)?;

        let github = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "d-1")];
        check::<GitHub>(&github, flat, Some("d-1"), Some("push"), 2)?;
        check::<GitHub>(&github[..1], "payload=%7B%7D", None, Some("push"), 1)
    }
}
