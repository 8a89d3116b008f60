//! The providers that a refusal is about.

use std::{borrow::Cow, marker::PhantomData};

use countersign_core::{Provider, Scheme};

/// The names of one provider, or of all that deliver to one endpoint.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// Of one, and its scheme.
    One(&'static str, &'static Scheme),
    /// Of these and those.
    Both(&'static Self, &'static Self),
}

impl Names {
    /// Returns the name and the scheme of one provider.
    pub(crate) const fn of<P: Provider>() -> &'static Self {
        struct Of<P>(PhantomData<P>);
        impl<P: Provider> Of<P> {
            const SCHEME: &'static Scheme = &P::SCHEME;
            const NAMES: &'static Names = &Names::One(P::NAME, Self::SCHEME);
        }
        Of::<P>::NAMES
    }

    /// Returns the scheme, if there is one provider only.
    pub(crate) fn scheme(&self) -> Option<&'static Scheme> {
        match self {
            Self::One(_, scheme) => Some(scheme),
            Self::Both(..) => None,
        }
    }

    /// As logs have them: `github|x-webhook-signature`.
    pub(crate) fn joined(&self) -> Cow<'static, str> {
        match self {
            Self::One(name, _) => Cow::Borrowed(name),
            Self::Both(left, right) => Cow::Owned(format!("{}|{}", left.joined(), right.joined())),
        }
    }
}
