//! The verification of one delivery: its headers first, then its body, then the verdict.

mod buffer;
mod groups;
pub(crate) mod head;
#[cfg(test)]
mod tests;
pub(crate) mod time;
mod verdict;

use std::{borrow::Cow, fmt, marker::PhantomData, mem, sync::Arc, time::SystemTime};

use bytes::Bytes;

use crate::{
    HeaderSource, Provider, Scheme, Verified, Verifier, VerifyError,
    adapter::Lookup,
    coding::Coding,
    error::{SignatureShape, VerifyErrorKind},
    key::Keys,
    key_set::KeySet,
    mac::Mac,
    request::{RequestHead, RequestTarget},
    scheme::BodyForm,
    signature::Tags,
    tenants::Directory,
    verified::SignedFacts,
    verifier::Settings,
};

use buffer::Buffer;
use groups::Further;
use head::Head;
use time::MemberTime;
use verdict::{Case, Others};

/// A delivery whose headers were accepted, and whose body is arriving.
///
/// [`Verifier::begin`] makes one. Pass each chunk of the body to [`update`](Self::update); then
/// [`finish`](Self::finish) returns the proof. The verification keeps the chunks, so that the bytes
/// of the proof are the bytes that were hashed.
#[must_use]
pub struct Verification<P> {
    /// Hashes the body with the current key while the body arrives. `None` if the algorithm needs
    /// the whole body at once, or if the keys are not looked up yet.
    mac: Option<Mac>,
    tags: Tags,
    /// The keys, groups and forms for a body that the current key does not match. `None` if there
    /// is nothing else to try.
    others: Option<Kept>,
    body: Buffer,
    received: usize,
    limit: usize,
    /// `None` after `finish`, and until the keys of a tenant are looked up.
    facts: Option<SignedFacts>,
    /// The default until the keys of a tenant are looked up.
    key_set: KeySet,
    /// The time in the body. Boxed, because few schemes have it and this struct is moved several
    /// times.
    member: Option<Box<MemberTime>>,
    header_length: usize,
    provider: PhantomData<fn() -> P>,
}

/// The keys, groups and forms that `finish` tries on the whole body.
struct Kept {
    keys: Arc<Keys>,
    groups: Box<[Further]>,
    forms: Arc<[BodyForm]>,
    coding: Option<Coding>,
    /// The text that is signed before the body.
    preamble: Box<[u8]>,
}

impl<P: Provider> Verification<P> {
    const SCHEME: &'static Scheme = &Verifier::<P>::SCHEME;

    #[inline]
    pub(crate) fn begin<H: HeaderSource + ?Sized>(
        settings: &Settings,
        keys: &Arc<Keys>,
        headers: &H,
        declared_length: Option<u64>,
    ) -> Result<Self, VerifyError> {
        let head = Head::read::<P, H>(settings, headers, declared_length, None)?;
        let preamble = head.preamble(Self::SCHEME);
        let mut mac = keys.current.start();
        if let Some(mac) = &mut mac {
            preamble.clone().for_each(|bytes| mac.update(bytes));
        }
        let has_others = mac.is_none()
            || !keys.retired.is_empty()
            || !head.further.is_empty()
            || !settings.forms.is_empty();
        let others = has_others.then(|| Kept {
            keys: Arc::clone(keys),
            groups: head.further,
            forms: Arc::clone(&settings.forms),
            coding: head.coding,
            preamble: preamble.flatten().copied().collect(),
        });
        // Built at once and from parts of the head, so that the compiler builds it in place. A struct
        // that is changed later, or a head that is passed on, is copied several times.
        let Head { tags, id, signed_at, member, header_length, .. } = head;
        Ok(Self {
            mac,
            tags,
            others,
            body: Buffer::default(),
            received: 0,
            limit: settings.body_limit,
            facts: Some(Head::facts(settings, id, signed_at)),
            key_set: keys.set,
            member: member.map(Box::new),
            header_length,
            provider: PhantomData,
        })
    }

    /// Verifies a body that is already complete. The verdict is the same as with
    /// [`Verification::begin`], `update` and `finish`, but no state is kept between calls.
    #[inline]
    pub(crate) fn judge<'a, H: HeaderSource + ?Sized>(
        settings: &Settings,
        keys: &Keys,
        headers: &H,
        body: &'a [u8],
        now: Option<SystemTime>,
    ) -> Result<Verified<P, Cow<'a, [u8]>>, VerifyError> {
        let length = u64::try_from(body.len()).ok();
        let head = Head::read::<P, H>(settings, headers, length, now)?;
        let preamble = head.preamble(Self::SCHEME);
        let Head { tags, id, signed_at, member, header_length, coding, further, .. } = head;
        let (forms, limit) = (&*settings.forms, settings.body_limit);
        let case = Case {
            is_of_current: Some(keys.current.matches(preamble.clone(), body, &tags)),
            tags: &tags,
            others: Some(Others { keys, groups: &further, forms, coding, limit, preamble }),
            member,
            header_length,
        };
        let facts = || Head::facts(settings, id, signed_at);
        case.judge(&mut Cow::Borrowed(body), facts, &keys.set)
    }

    /// Begins a verification whose keys are looked up for a tenant first.
    pub(crate) fn begin_for<H: HeaderSource + ?Sized>(
        settings: &Settings,
        directory: &Arc<dyn Directory>,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
    ) -> Result<Lookup<Self>, VerifyError> {
        let head = Head::read::<P, H>(settings, headers, declared_length, None)?;
        let preamble: Box<[u8]> = head.preamble(Self::SCHEME).flatten().copied().collect();
        let Head { tags, id, signed_at, member, header_length, coding, further: groups, .. } = head;
        let mut begun = Self {
            mac: None,
            tags,
            others: None,
            body: Buffer::default(),
            received: 0,
            limit: settings.body_limit,
            facts: None,
            key_set: KeySet::default(),
            member: member.map(Box::new),
            header_length,
            provider: PhantomData,
        };

        let mut facts = Head::facts(settings, id, signed_at);
        let tenant = directory.tenant(&RequestHead::new(target, &headers));
        let (directory, forms) = (Arc::clone(directory), Arc::clone(&settings.forms));
        Ok(Box::pin(async move {
            let keys = match &tenant {
                Some(tenant) => directory.keys(tenant).await?,
                None => None,
            };
            let keys = keys.unwrap_or_else(|| Arc::clone(directory.of_nobody()));
            begun.mac = keys.current.start();
            if let Some(mac) = &mut begun.mac {
                mac.update(&preamble);
            }
            begun.key_set = keys.set;
            facts.tenant = tenant.map(Arc::new);
            begun.facts = Some(facts);
            begun.others = Some(Kept { keys, groups, forms, coding, preamble });
            Ok(begun)
        }))
    }

    /// Takes the next chunk of the body. A MAC hashes it at once; with Ed25519, `finish` hashes the
    /// whole body. The chunk is kept until `finish`: short chunks of one body are copied into one
    /// buffer, and long ones are kept without a copy.
    ///
    /// # Errors
    ///
    /// [`VerifyErrorKind::BodyTooLarge`] if the body is now longer than the limit. The chunk was
    /// neither hashed nor kept: stop reading the body.
    #[inline]
    pub fn update(&mut self, chunk: Bytes) -> Result<(), VerifyError> {
        self.received = self.received.saturating_add(chunk.len());
        if self.received > self.limit {
            let kind = VerifyErrorKind::BodyTooLarge;
            return Err(Self::refused(kind, self.header_length, self.received));
        }
        if let Some(mac) = &mut self.mac {
            mac.update(&chunk);
        }
        self.body.push(chunk);
        Ok(())
    }

    /// Checks the signature over the whole body, and returns the proof.
    ///
    /// The method takes `&mut self`, because adapters keep the verification in a future. Call it
    /// once: every later call returns an error.
    ///
    /// # Errors
    ///
    /// - [`VerifyErrorKind::Mismatch`] if the body was not signed with any of the secrets;
    /// - [`VerifyErrorKind::UnknownTenant`] if the tenant is not known;
    /// - [`VerifyErrorKind::MalformedTimestamp`] or [`VerifyErrorKind::StaleTimestamp`] if the
    ///   scheme signs a time in the body, and the time is not accepted;
    /// - [`VerifyErrorKind::BodyTooLarge`] if the body inflates to more than the limit.
    ///
    /// After an error, [`take_body`](Self::take_body) returns the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, providers::XWebhookSignature};
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
    /// let signature = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
    ///
    /// let mut verification = verifier.begin(&[("X-Webhook-Signature", signature)], None)?;
    /// verification.update(r#"{"some":"data"}"#.into())?;
    /// assert_eq!(verification.finish()?.bytes(), br#"{"some":"data"}"#);
    /// assert!(verification.finish().is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn finish(&mut self) -> Result<Verified<P, Bytes>, VerifyError> {
        // Taken first, so that a second call fails: the MAC is then over nothing.
        let Some(facts) = self.facts.take() else {
            return Err(Self::refused(VerifyErrorKind::Mismatch, self.header_length, 0));
        };
        let is_of_current = self.mac.as_mut().map(|mac| mac.matches(&self.tags));
        let mut body = self.take_body();
        let others = self.others.as_ref().map(|kept| Others {
            keys: &kept.keys,
            groups: &kept.groups,
            forms: &kept.forms,
            coding: kept.coding,
            limit: self.limit,
            preamble: head::joined_preamble(&kept.preamble),
        });
        let case = Case {
            is_of_current,
            tags: &self.tags,
            others,
            member: self.member.take().map(|member| *member),
            header_length: self.header_length,
        };
        case.judge(&mut body, || facts, &self.key_set).inspect_err(|_| self.body.push(body))
    }

    /// Removes the part of the body that has arrived, and returns it. Adapters use it for the log
    /// line of a rejected delivery.
    #[must_use]
    pub fn take_body(&mut self) -> Bytes {
        mem::take(&mut self.body).join()
    }

    /// Makes the error for a delivery whose headers were accepted. The signature of such a delivery
    /// has the shape that the scheme accepts.
    fn refused(kind: VerifyErrorKind, header_length: usize, received: usize) -> VerifyError {
        let form = SignatureShape::wanted(Self::SCHEME);
        VerifyError::new(kind, header_length, form).with_received(received)
    }
}

impl<P: Provider> fmt::Debug for Verification<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("provider", &P::NAME)
            .field("received", &self.received)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
