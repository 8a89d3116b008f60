//! The verdict over a whole body. It is the same for a body that arrived at once and for one that
//! arrived in chunks.

use std::{mem, time::SystemTime};

use crate::{
    Provider, Verified, Verifier, VerifyError,
    adapter::Verification,
    coding::Coding,
    error::VerifyErrorKind,
    key::Keys,
    key_set::KeySet,
    scheme::{BodyForm, MAX_PAIRS, body_form::TooLong},
    signature::Tags,
    verification::{groups::Further, time::MemberTime},
    verified::SignedFacts,
};

/// The facts from which the verdict over a whole body follows.
pub(super) struct Case<'a, I> {
    /// `Some(true)` if the tags match the bytes of the wire with the current key. `None` if the
    /// current key was not tried yet.
    pub(super) is_of_current: Option<bool>,
    pub(super) tags: &'a Tags,
    /// The keys, groups and body forms that are tried if the current key does not match.
    pub(super) others: Option<Others<'a, I>>,
    pub(super) member: Option<MemberTime>,
    pub(super) header_length: usize,
}

/// All keys, groups and body forms of the verifier and the delivery.
pub(super) struct Others<'a, I> {
    pub(super) keys: &'a Keys,
    /// The groups after the first one.
    pub(super) groups: &'a [Further],
    pub(super) forms: &'a [BodyForm],
    /// The content coding of the request. Read only if the verifier accepts an inflating body form.
    pub(super) coding: Option<Coding>,
    /// The body limit, in bytes.
    pub(super) limit: usize,
    /// The text that is signed before the body.
    pub(super) preamble: I,
}

/// The key, the group and the body form that matched. It refers to the group and to the form,
/// because it is moved several times, and copies of them would make it larger.
pub(super) struct Match<'a> {
    /// The index of the secret that matched: 0 is the current one.
    key: usize,
    /// `None` for the first group.
    group: Option<&'a Further>,
    /// `None` for the bytes of the wire.
    form: Option<&'a BodyForm>,
    /// The text of the form, if there is one.
    text: Option<Vec<u8>>,
}

impl<'a> Match<'a> {
    /// Makes a match over the bytes of the wire.
    fn new(key: usize, group: Option<&'a Further>) -> Self {
        Self { key, group, form: None, text: None }
    }

    /// Makes the proof over the text of the form. If there is no such text, makes the proof over
    /// the body. `signed_at` is the time in the body.
    fn proof<P: Provider, B>(
        self,
        body: B,
        signed_at: Option<SystemTime>,
        facts: SignedFacts,
        key_set: &KeySet,
    ) -> Verified<P, B>
    where
        B: From<Vec<u8>>,
    {
        let signed_at = signed_at.or(self.group.map(|group| group.signed_at)).or(facts.signed_at);
        let form = self.form.copied().unwrap_or(BodyForm::Wire);
        let body = self.text.map_or(body, B::from);
        Verified::new(body, self.key, form, SignedFacts { signed_at, ..facts }, key_set)
    }
}

impl<'a, 'p, I: Iterator<Item = &'p [u8]> + Clone> Case<'a, I> {
    /// Gives the verdict over `body`, and makes the proof over the text that matched. A proof leaves
    /// `body` empty. An error leaves it unchanged.
    #[inline]
    pub(super) fn judge<P: Provider, B>(
        self,
        body: &mut B,
        facts: impl FnOnce() -> SignedFacts,
        key_set: &KeySet,
    ) -> Result<Verified<P, B>, VerifyError>
    where
        B: AsRef<[u8]> + Default + From<Vec<u8>>,
    {
        // Nearly all genuine deliveries return here.
        if self.is_of_current == Some(true) && self.member.is_none() && !self.is_of_nobody() {
            return Ok(Verified::new(mem::take(body), 0, BodyForm::Wire, facts(), key_set));
        }
        let (found, signed_at) = self.judge_all::<P>((*body).as_ref())?;
        Ok(found.proof(mem::take(body), signed_at, facts(), key_set))
    }

    fn is_of_nobody(&self) -> bool {
        self.others.as_ref().is_some_and(|others| others.keys.are_nobodys)
    }

    /// Returns the match, and the time in the body if the scheme has one there. Tries the other
    /// keys, groups and forms if the current key did not match.
    // Not inlined: for nearly all genuine deliveries, `judge` returns before this call, and then
    // `self` is not copied.
    #[inline(never)]
    fn judge_all<P: Provider>(
        self,
        bytes: &[u8],
    ) -> Result<(Match<'a>, Option<SystemTime>), VerifyError> {
        let (length, header_length) = (bytes.len(), self.header_length);
        let refused = |kind| Verification::<P>::refused(kind, header_length, length);
        let found = match (self.is_of_current, &self.others) {
            (Some(true), _) => Ok(Some(Match::new(0, None))),
            (current, Some(others)) => {
                others.find(self.tags, bytes, usize::from(current.is_some()))
            }
            (_, None) => Ok(None),
        };
        // A text that is too long is reported before the tenant is checked. Known and unknown
        // tenants then both get 413, so that the answer does not show which tenants exist.
        let tried = || self.others.as_ref().map_or((1, 1), Others::count);
        let found = found.map_err(|TooLong| {
            let (secrets, forms) = tried();
            refused(VerifyErrorKind::BodyTooLarge).with_tried(secrets, forms)
        })?;
        // Checked after the hashing, so that the time of the answer does not show which tenants
        // exist.
        if self.is_of_nobody() {
            return Err(refused(VerifyErrorKind::UnknownTenant));
        }
        let Some(found) = found else {
            let (secrets, forms) = tried();
            let error = refused(VerifyErrorKind::Mismatch).with_tried(secrets, forms);
            return Err(error.with_base64_secrets(Verifier::<P>::SCHEME.decodes_secrets()));
        };
        let Some(member) = self.member else { return Ok((found, None)) };
        let time = member.judge(found.text.as_deref().unwrap_or(bytes));
        let time = time.map_err(|error| refused(error.kind()).with_stale(error.stale()))?;
        Ok((found, Some(time)))
    }
}

impl<'a, 'p, I: Iterator<Item = &'p [u8]> + Clone> Others<'a, I> {
    /// Tries the keys on the bytes of the wire, then on the text of each form. For each text, the
    /// first group is tried before the other groups. The first `tried` keys were tried on the wire
    /// with the first group before, and are not tried again.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if nothing matches, and the text of a form is longer than the body limit.
    #[inline(never)]
    fn find(&self, tags: &Tags, bytes: &[u8], tried: usize) -> Result<Option<Match<'a>>, TooLong> {
        let groups = (MAX_PAIRS / (1 + self.keys.retired.len())).saturating_sub(1);
        let find = |text: &[u8], tried| {
            let mut keys = self.keys.iter().enumerate().skip(tried);
            let found = keys.find(|(_, key)| key.matches(self.preamble.clone(), text, tags));
            if let Some((key, _)) = found {
                return Some(Match::new(key, None));
            }
            self.groups.iter().take(groups).find_map(|group| {
                let key = self.keys.iter().position(|key| group.matches(key, text))?;
                Some(Match::new(key, Some(group)))
            })
        };
        if let Some(found) = find(bytes, tried) {
            return Ok(Some(found));
        }
        let mut outcome = Ok(None);
        for form in self.forms_tried() {
            match form.text_within(self.limit, self.coding, bytes) {
                // A text that is equal to the body was tried already.
                Ok(Some(text)) if text != bytes => {
                    if let Some(found) = find(&text, 0) {
                        return Ok(Some(Match { form: Some(form), text: Some(text), ..found }));
                    }
                }
                Ok(_) => {}
                Err(error) => outcome = Err(error),
            }
        }
        outcome
    }

    /// Returns the body forms to try on this delivery.
    fn forms_tried(&self) -> impl Iterator<Item = &'a BodyForm> {
        self.forms.iter().filter(|form| self.coding.is_some() || !form.wants_coding())
    }

    /// Returns the number of secrets and the number of body forms that are tried, including `Wire`.
    fn count(&self) -> (usize, usize) {
        (1 + self.keys.retired.len(), 1 + self.forms_tried().count())
    }
}
