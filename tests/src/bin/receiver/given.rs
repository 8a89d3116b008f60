//! The deliveries that a handler takes.

use countersign::{
    Either, Event, Provider, Rejection, Webhook,
    adapter::Extractor,
    event::OpenEvent,
    idempotency::IdempotencyKey,
    providers::{gitea, github, hookdeck, respan, speaknode, stripe, x_webhook_signature},
    scheme::BodyForm,
};
use http::request::Parts;

/// A delivery to `/either`.
pub(crate) type OfEither = Either<Webhook<github::Event>, Webhook<x_webhook_signature::Event>>;

/// A delivery to `/forge`: from GitHub, from Gitea, which also sends GitHub's signature headers, or
/// from Hookdeck, which passes on the headers of any sender.
pub(crate) type OfForge =
    Either<Webhook<github::Event>, Either<Webhook<gitea::Event>, Webhook<hookdeck::Event>>>;

/// A delivery of one provider, or of one of several.
pub(crate) trait Given: Sized {
    /// Reads a delivery that a layer has verified.
    fn from_parts(parts: &Parts) -> Result<Self, Rejection>;

    fn facts(&self) -> Facts<'_>;

    fn key(&self) -> Option<IdempotencyKey>;
}

/// The facts of a delivery that the receiver answers with.
pub(crate) struct Facts<'a> {
    pub(crate) provider: &'static str,
    pub(crate) event_type: Option<&'a str>,
    pub(crate) id: Option<&'a str>,
    pub(crate) secret: usize,
    pub(crate) form: BodyForm,
    pub(crate) bytes: &'a [u8],
}

impl<E: Told, P: Provider> Given for Webhook<E, P> {
    fn from_parts(parts: &Parts) -> Result<Self, Rejection> {
        Self::from_parts(parts)
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            provider: P::NAME,
            event_type: self.event.event_type(),
            id: self.event.id(),
            secret: self.verified.secret_index(),
            form: self.verified.form(),
            bytes: self.verified.bytes(),
        }
    }

    fn key(&self) -> Option<IdempotencyKey> {
        IdempotencyKey::of(&self.verified)
    }
}

impl<L: Given + Extractor, R: Given + Extractor> Given for Either<L, R> {
    fn from_parts(parts: &Parts) -> Result<Self, Rejection> {
        Self::from_parts(parts)
    }

    fn facts(&self) -> Facts<'_> {
        match self {
            Self::Left(given) => given.facts(),
            Self::Right(given) => given.facts(),
        }
    }

    fn key(&self) -> Option<IdempotencyKey> {
        match self {
            Self::Left(given) => given.key(),
            Self::Right(given) => given.key(),
        }
    }
}

/// An event that reports its type and id.
pub(crate) trait Told: Event {
    fn event_type(&self) -> Option<&str>;
    fn id(&self) -> Option<&str>;
}

impl Told for respan::Event {
    fn event_type(&self) -> Option<&str> {
        None
    }

    fn id(&self) -> Option<&str> {
        None
    }
}

impl Told for x_webhook_signature::Event {
    fn event_type(&self) -> Option<&str> {
        Some(self.event_type())
    }

    fn id(&self) -> Option<&str> {
        self.id()
    }
}

impl Told for speaknode::Event {
    fn event_type(&self) -> Option<&str> {
        Some(self.event_type())
    }

    fn id(&self) -> Option<&str> {
        None
    }
}

impl Told for github::Event {
    fn event_type(&self) -> Option<&str> {
        Some(&self.event_type)
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Told for stripe::Event {
    fn event_type(&self) -> Option<&str> {
        Some(&self.event_type)
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl<P: Provider> Told for OpenEvent<P> {
    fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
