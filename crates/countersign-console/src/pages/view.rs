//! The values that all pages share.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use countersign::inbox::InboxHistory;
use tokio::task;

use super::{Frame, form::Form};
use crate::{
    Console, Guarded, Operator, Request, console::Settings, console::Shared, error::Refused,
    forgery::is_same_origin,
};

/// A request of an operator, and the console that answers it.
pub(crate) struct View<'a, I> {
    pub(crate) shared: &'a Arc<Shared<I>>,
    pub(crate) settings: &'a Arc<Settings>,
    pub(crate) request: &'a Request,
    pub(crate) operator: Operator,
    pub(crate) now: SystemTime,
    nonce: &'a str,
}

impl<'a, I: InboxHistory> View<'a, I> {
    pub(crate) fn new(
        console: &'a Console<I, Guarded>,
        request: &'a Request,
        operator: Operator,
        nonce: &'a str,
    ) -> Self {
        let (shared, settings) = (&console.shared, &console.settings);
        Self { shared, settings, request, operator, now: SystemTime::now(), nonce }
    }

    pub(crate) fn inbox(&self) -> &I {
        &self.shared.inbox
    }

    /// Makes the frame of a page.
    pub(crate) fn frame(&self, title: impl Into<Cow<'a, str>>, place: &'a str) -> Frame<'a> {
        let may_act = self.operator.may_act();
        Frame {
            title: title.into(),
            place,
            base: &self.request.base,
            nonce: self.nonce,
            operator: Some(self.operator.name().to_owned()),
            token: if may_act { self.token() } else { String::new() },
            may_act,
            has_refusals: self.has_refusals(),
        }
    }

    fn token(&self) -> String {
        self.settings.tokens.token(&self.operator, self.now)
    }

    pub(crate) fn has_refusals(&self) -> bool {
        self.settings.has_refusals()
    }

    /// Returns a URL of the console.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.request.base)
    }

    /// Returns the URL of the list.
    pub(crate) fn home(&self) -> &str {
        if self.request.base.is_empty() { "/" } else { &self.request.base }
    }

    /// Returns whether the operator may read bodies.
    pub(crate) fn reads_bodies(&self) -> bool {
        !self.settings.bodies_need_permission || self.operator.may_read_bodies()
    }

    /// Returns whether the operator may see whole signatures.
    pub(crate) fn sees_signatures(&self) -> bool {
        self.operator.may_act() && self.reads_bodies()
    }

    /// Returns a short body as it may be shown.
    #[cfg(feature = "refusals")]
    pub(crate) fn shown(&self, body: &[u8]) -> crate::redaction::Shown {
        self.settings.redaction.apply(body)
    }

    /// Reads the form of an action, if the operator may act, and if a page of the console sent it.
    pub(crate) fn form(&self) -> Result<Form, Refused> {
        if !self.operator.may_act() {
            return Err(Refused::Forbidden("You may look, and not act."));
        }
        if !is_same_origin(self.request) {
            return Err(Refused::Forbidden(
                "The form came from another site, or its request has neither Sec-Fetch-Site nor \
                 Origin. Nothing was changed.",
            ));
        }
        let form = Form::read(&self.request.body);
        if !self.settings.tokens.is_valid(form.get("token"), &self.operator, self.now) {
            return Err(Refused::Forbidden(
                "The form is too old, or another process made it, or the receiver was started again. \
                 Nothing was changed. Go back, load the page again, and repeat the action. Several \
                 processes need the same form_key.",
            ));
        }
        Ok(form)
    }

    /// Runs the work of an action to its end, even if the browser has gone: otherwise a part of it
    /// would not be recorded.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Refused>> + Send + 'static,
    {
        task::spawn(work).await.map_err(|_| Refused::Page)?
    }
}
