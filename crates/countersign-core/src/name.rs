//! A name that each delivery carries.

use std::{borrow::Cow, ops::Deref, sync::Arc};

/// The name of an endpoint or a tenant. It is cloned for each delivery without copying the text.
#[derive(Clone)]
pub(crate) enum Name {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Deref for Name {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Static(name) => name,
            Self::Shared(name) => name,
        }
    }
}

impl From<Cow<'static, str>> for Name {
    fn from(name: Cow<'static, str>) -> Self {
        match name {
            Cow::Borrowed(name) => Self::Static(name),
            Cow::Owned(name) => Self::Shared(name.into()),
        }
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::Static("")
    }
}
