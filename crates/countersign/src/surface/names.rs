//! The names of the providers that a rejection is about.

use std::{borrow::Cow, marker::PhantomData};

use countersign_core::{Provider, Scheme};

/// The names of one provider, or of all providers that deliver to one endpoint.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// The name of one provider, and its scheme.
    One(&'static str, &'static Scheme),
    /// The names of both sides of a pair.
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

    /// Returns the names as log lines show them: `github|x-webhook-signature`.
    pub(crate) fn joined(&self) -> Cow<'static, str> {
        match self {
            Self::One(name, _) => Cow::Borrowed(name),
            Self::Both(left, right) => Cow::Owned(format!("{}|{}", left.joined(), right.joined())),
        }
    }
}
