//! The frame around each page.

use std::borrow::Cow;

use crate::assets;

/// The values of the frame: the head and the navigation.
pub(crate) struct Frame<'a> {
    pub(crate) title: Cow<'a, str>,
    /// The name of the page in the navigation.
    pub(crate) place: &'a str,
    pub(crate) base: &'a str,
    pub(crate) nonce: &'a str,
    /// `None` on the page that asks for a login.
    pub(crate) operator: Option<String>,
    pub(crate) token: String,
    pub(crate) may_act: bool,
    pub(crate) has_refusals: bool,
}

impl Frame<'_> {
    pub(crate) fn version(&self) -> &'static str {
        assets::VERSION
    }

    /// Returns the URL of the list. A nested router is not asked for its path with a slash.
    pub(crate) fn home(&self) -> &str {
        if self.base.is_empty() { "/" } else { self.base }
    }

    /// Marks the link of the page that is shown.
    pub(crate) fn is_at(&self, place: &str) -> bool {
        self.place == place
    }
}
