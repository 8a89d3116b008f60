//! One delivery under way.

mod head;
#[cfg(test)]
mod tests;
pub(crate) mod time;

use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use crate::{
    Address, Form, HeaderSource, Lookup, Provider, RequestHead, Scheme, SignatureForm, Verified,
    Verifier, VerifyError, VerifyErrorKind, key::Keys, mac::Mac, signature::Tags,
    tenants::Directory, verified::Told, verifier::Settings,
};

use head::Head;
use time::MemberTime;

/// A delivery whose headers were accepted and whose body is coming in.
///
/// Made by [`Verifier::begin`]; each chunk goes through [`update`](Self::update), and
/// [`finish`](Self::finish) gives the verdict.
#[must_use]
pub struct Verification<P> {
    /// Hashes what comes with the current key, where the algorithm can.
    mac: Option<Mac>,
    tags: Tags,
    /// What is tried when the MAC does not match over the bytes of the wire.
    others: Option<Others>,
    /// What is signed before the body; kept for the others only.
    preamble: Vec<u8>,
    received: usize,
    limit: usize,
    told: Told,
    member: Option<MemberTime>,
    /// No secret can match: there is no such tenant.
    is_for_nobody: bool,
    header_length: usize,
    provider: PhantomData<fn() -> P>,
}

/// Further keys and forms.
struct Others {
    keys: Arc<Keys>,
    forms: Arc<[Form]>,
}

/// What was signed: with which secret, in which form, and that form's text if it is not the wire's.
type Match = (usize, Form, Option<Vec<u8>>);

impl<P: Provider> Verification<P> {
    const SCHEME: &'static Scheme = &Verifier::<P>::SCHEME;

    pub(crate) fn begin<H: HeaderSource + ?Sized>(
        settings: &Settings,
        keys: &Arc<Keys>,
        headers: &H,
        declared_length: Option<u64>,
        now: Option<SystemTime>,
    ) -> Result<Self, VerifyError> {
        let head = Head::read(Self::SCHEME, settings, headers, declared_length, now)?;
        let mut mac = keys.current.start();
        let has_others = mac.is_none() || !keys.retired.is_empty() || !settings.forms.is_empty();
        let mut preamble = Vec::new();
        for bytes in head.preamble(Self::SCHEME) {
            if let Some(mac) = &mut mac {
                mac.update(bytes);
            }
            if has_others {
                preamble.extend_from_slice(bytes);
            }
        }
        let others = has_others
            .then(|| Others { keys: Arc::clone(keys), forms: Arc::clone(&settings.forms) });
        Ok(Self { mac, others, preamble, ..Self::without_keys(head, settings) })
    }

    /// Begins with keys that are still to be looked up for a tenant.
    pub(crate) fn begin_for<H: HeaderSource + ?Sized>(
        settings: &Settings,
        directory: &Arc<dyn Directory>,
        headers: &H,
        declared_length: Option<u64>,
        address: Address<'_>,
    ) -> Result<Lookup<P>, VerifyError> {
        let head = Head::read(Self::SCHEME, settings, headers, declared_length, None)?;
        let preamble: Vec<_> = head.preamble(Self::SCHEME).flatten().copied().collect();
        let begun = Self { preamble, ..Self::without_keys(head, settings) };

        let tenant = directory.tenant(&RequestHead::new(address, &headers));
        let (directory, forms) = (Arc::clone(directory), Arc::clone(&settings.forms));
        Ok(Box::pin(async move {
            let keys = match &tenant {
                Some(tenant) => directory.keys(tenant).await?,
                None => None,
            };
            Ok(begun.with_keys(keys, forms, tenant))
        }))
    }

    fn without_keys(head: Head<'_>, settings: &Settings) -> Self {
        let id = head.id.map(Box::from);
        Self {
            mac: None,
            tags: head.tags,
            others: None,
            preamble: Vec::new(),
            received: 0,
            limit: settings.body_limit,
            told: Told { id, signed_at: head.signed_at, tenant: None },
            member: head.member,
            is_for_nobody: false,
            header_length: head.header_length,
            provider: PhantomData,
        }
    }

    fn with_keys(
        mut self,
        keys: Option<Arc<Keys>>,
        forms: Arc<[Form]>,
        tenant: Option<String>,
    ) -> Self {
        self.is_for_nobody = keys.is_none();
        let keys = keys.unwrap_or_else(|| Arc::new(Keys::of_nobody(Self::SCHEME)));
        self.mac = keys.current.start();
        if let Some(mac) = &mut self.mac {
            mac.update(&self.preamble);
        }
        self.others = Some(Others { keys, forms });
        self.told.tenant = tenant;
        self
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    ///
    /// [`VerifyErrorKind::BodyTooLarge`] once the body grows over the limit; the chunk that does
    /// is not hashed. Stop reading then.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), VerifyError> {
        self.received = self.received.saturating_add(chunk.len());
        if self.received > self.limit {
            return Err(self.refused(VerifyErrorKind::BodyTooLarge));
        }
        if let Some(mac) = &mut self.mac {
            mac.update(chunk);
        }
        Ok(())
    }

    /// Gives the verdict over the whole body.
    ///
    /// `body` is what the chunks were, put together: it becomes the proof's bytes, unless another
    /// form of it was signed.
    ///
    /// # Errors
    ///
    /// [`VerifyErrorKind::Mismatch`] if it was not signed with any of the secrets, or if `body` is
    /// not as long as the chunks were together; where the scheme has the time in the body, the
    /// kinds that tell of timestamps.
    ///
    /// # Security
    ///
    /// The chunks were hashed as they came; that `body` holds the same bytes is the caller's
    /// promise. [`Verifier::verify`] needs no promise.
    pub fn finish<B>(mut self, body: B) -> Result<Verified<P, B>, VerifyError>
    where
        B: AsRef<[u8]> + From<Vec<u8>>,
    {
        let bytes = body.as_ref();
        if bytes.len() != self.received {
            return Err(self.refused(VerifyErrorKind::Mismatch));
        }
        let matches = self.mac.take().map(|mac| mac.matches(self.tags.iter()));
        let found = match matches {
            Some(true) => Ok((0, Form::Wire, None)),
            Some(false) => self.find(bytes, 1),
            None => self.find(bytes, 0),
        };
        // Only now, so that the time it takes does not tell which tenants there are.
        if self.is_for_nobody {
            return Err(self.refused(VerifyErrorKind::UnknownTenant));
        }
        let (index, form, text) = found?;
        let body = text.map_or(body, B::from);
        if let Some(member) = &self.member {
            let time = member.judge(body.as_ref()).map_err(|kind| self.refused(kind))?;
            self.told.signed_at = Some(time);
        }
        Ok(Verified::new(body, index, form, self.told))
    }

    /// Tries the keys beyond those that were `tried` over the bytes of the wire, then all of them
    /// over each form.
    fn find(&self, bytes: &[u8], tried: usize) -> Result<Match, VerifyError> {
        let refused = self.refused(VerifyErrorKind::Mismatch);
        let Some(Others { keys, forms }) = &self.others else {
            return Err(refused.with_tried(1, 1));
        };
        let position = |text: &[u8], tried| {
            let mut keys = keys.iter().enumerate().skip(tried);
            keys.find(|(_, key)| key.matches(&self.preamble, text, &self.tags)).map(|found| found.0)
        };
        if let Some(index) = position(bytes, tried) {
            return Ok((index, Form::Wire, None));
        }
        for form in forms.iter() {
            // A body that is spelled so already was tried.
            let Some(text) = form.spell(bytes).filter(|text| text != bytes) else { continue };
            if let Some(index) = position(&text, 0) {
                return Ok((index, *form, Some(text)));
            }
        }
        Err(refused.with_tried(1 + keys.retired.len(), 1 + forms.len()))
    }

    /// Once the signature was read, its form is the scheme's.
    fn refused(&self, kind: VerifyErrorKind) -> VerifyError {
        let form = SignatureForm::wanted(Self::SCHEME);
        VerifyError::new(kind, self.header_length, form).with_received(self.received)
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
