//! The verdict over a whole body: one, whether the body was there at once or came in chunks.

use std::time::SystemTime;

use crate::{
    Form, Provider, Verification, Verified, Verifier, VerifyError, VerifyErrorKind,
    key::Keys,
    scheme::MAX_PAIRS,
    signature::Tags,
    verification::{groups::Further, time::MemberTime},
    verified::Told,
};

/// What a whole body is judged by.
pub(super) struct Case<'a, I> {
    /// Whether it was signed with the current key, as it came over the wire; `None` if that is
    /// still to be tried.
    pub(super) is_of_current: Option<bool>,
    pub(super) tags: &'a Tags,
    /// What is tried otherwise.
    pub(super) others: Option<Others<'a, I>>,
    pub(super) member: Option<MemberTime>,
    pub(super) header_length: usize,
}

/// All the keys, groups and forms there are.
#[derive(Clone)]
pub(super) struct Others<'a, I> {
    pub(super) keys: &'a Keys,
    /// Those behind the first group.
    pub(super) groups: &'a [Further],
    pub(super) forms: &'a [Form],
    /// What is signed before the body.
    pub(super) preamble: I,
}

/// The key, the time and the form that matched.
struct Match {
    /// With which secret.
    key: usize,
    /// The time of the group that matches, if it is not the first one.
    signed_at: Option<SystemTime>,
    form: Form,
    /// The form's text, if it is not the wire's.
    text: Option<Vec<u8>>,
}

impl Match {
    fn of_wire(key: usize, signed_at: Option<SystemTime>) -> Self {
        Self { key, signed_at, form: Form::Wire, text: None }
    }
}

impl<'p, I: Iterator<Item = &'p [u8]> + Clone> Case<'_, I> {
    /// Gives the verdict; `told` is asked what the headers tell, once the body is accepted.
    // Inlined, so that a body that was there at once is judged without a copy of all this.
    #[inline]
    pub(super) fn judge<P, B>(
        self,
        body: B,
        told: impl FnOnce() -> Told,
    ) -> Result<Verified<P, B>, VerifyError>
    where
        P: Provider,
        B: AsRef<[u8]> + From<Vec<u8>>,
    {
        let bytes = body.as_ref();
        let (length, header_length) = (bytes.len(), self.header_length);
        let refused = |kind| Verification::<P>::refused(kind, header_length, length);
        let found = match (self.is_of_current, &self.others) {
            (Some(true), _) => Some(Match::of_wire(0, None)),
            (Some(false), Some(others)) => others.clone().find(self.tags, bytes, 1),
            (None, Some(others)) => others.clone().find(self.tags, bytes, 0),
            (_, None) => None,
        };
        // Only now, so that the time it takes does not tell which tenants there are.
        if self.others.as_ref().is_some_and(|others| others.keys.are_nobodys) {
            return Err(refused(VerifyErrorKind::UnknownTenant));
        }
        let Some(Match { key, signed_at, form, text }) = found else {
            let (secrets, forms) = self.others.as_ref().map_or((1, 1), Others::count);
            let error = refused(VerifyErrorKind::Mismatch).with_tried(secrets, forms);
            return Err(error.with_base64_secrets(Verifier::<P>::SCHEME.decodes_secrets()));
        };
        let body = text.map_or(body, B::from);
        let time = self.member.map(|member| member.judge(body.as_ref())).transpose();
        let time = time.map_err(|error| refused(error.kind()).with_stale(error.stale()))?;
        let told = told();
        let told = Told { signed_at: time.or(signed_at).or(told.signed_at), ..told };
        Ok(Verified::new(body, key, form, told))
    }
}

impl<'p, I: Iterator<Item = &'p [u8]> + Clone> Others<'_, I> {
    /// Tries the keys beyond those that were `tried` over the bytes of the wire, then all of them
    /// over each form; each time with the first group, and then with the others.
    #[inline(never)]
    fn find(self, tags: &Tags, bytes: &[u8], tried: usize) -> Option<Match> {
        let groups = (MAX_PAIRS / (1 + self.keys.retired.len())).saturating_sub(1);
        let find = |text: &[u8], tried| {
            let mut keys = self.keys.iter().enumerate().skip(tried);
            let found = keys.find(|(_, key)| key.matches(self.preamble.clone(), text, tags));
            if let Some((key, _)) = found {
                return Some(Match::of_wire(key, None));
            }
            self.groups.iter().take(groups).find_map(|group| {
                let key = self.keys.iter().position(|key| group.matches(key, text))?;
                Some(Match::of_wire(key, Some(group.signed_at)))
            })
        };
        find(bytes, tried).or_else(|| {
            self.forms.iter().find_map(|form| {
                // A body that is spelled so already was tried.
                let text = form.spell(bytes).filter(|text| text != bytes)?;
                find(&text, 0).map(|found| Match { form: *form, text: Some(text), ..found })
            })
        })
    }

    /// How many secrets and forms there are, the wire's among them.
    fn count(&self) -> (usize, usize) {
        (1 + self.keys.retired.len(), 1 + self.forms.len())
    }
}
