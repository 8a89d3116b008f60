//! The names and answers that are set on a verifier.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::Answer;

/// The names and the answers that differ from the defaults.
///
/// Each delivery, proof and rejection holds a clone. The struct therefore has only the size of a
/// pointer, and a clone costs nothing if nothing was set.
#[derive(Clone, Debug, Default)]
pub struct Custom(Option<Arc<Set>>);

/// The names and answers that were set.
#[derive(Clone, Debug, Default)]
struct Set {
    endpoint: Option<Box<str>>,
    tenant: Option<Box<str>>,
    header: Option<Box<str>>,
    unauthorized: Option<Answer>,
    bad_request: Option<Answer>,
    too_large: Option<Answer>,
    unprocessable: Option<Answer>,
    explainer: Option<Explainer>,
}

/// The part of the crate `countersign` that explains rejected deliveries, if it is switched on.
#[derive(Clone)]
pub struct Explainer(pub Arc<dyn Explain>);

/// Explains rejected deliveries.
pub trait Explain: Send + Sync {
    /// Returns whether a delivery would be explained now.
    fn is_ready(&self) -> bool;

    /// Returns the names of the headers that are needed, in lower case.
    fn names(&self) -> &[String];

    /// Explains a delivery away from the request, unless another one is being explained. `noted` is
    /// the number that [`note`](Self::note) gave it.
    fn explain(
        &self,
        endpoint: &str,
        headers: Vec<(String, String)>,
        body: Bytes,
        noted: Option<u64>,
    );

    /// Returns whether rejections are noted.
    fn notes(&self) -> bool {
        false
    }

    /// Notes a rejection, of any reason. Returns its number if it is kept.
    fn note(&self, _rejected: &Rejected<'_>) -> Option<u64> {
        None
    }
}

/// A delivery that is rejected.
#[derive(Debug)]
pub struct Rejected<'a> {
    /// The name of the endpoint.
    pub endpoint: &'a str,
    /// The name of the reason.
    pub name: &'static str,
    /// The reason in words.
    pub reason: &'a (dyn std::error::Error + 'static),
    /// The status of the answer.
    pub status: u16,
    /// The headers, if the delivery is about to be explained.
    pub headers: &'a [(String, String)],
    /// The body, if the delivery is about to be explained.
    pub body: Option<&'a Bytes>,
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Explainer(..)")
    }
}

impl Custom {
    /// Names an endpoint, with the default answers.
    #[must_use]
    pub fn __of_endpoint(name: &str) -> Self {
        let mut custom = Self::default();
        custom.set_endpoint(name);
        custom
    }

    /// Names the endpoint.
    #[must_use]
    pub fn __with_endpoint(mut self, name: &str) -> Self {
        self.set_endpoint(name);
        self
    }

    pub(crate) fn set_endpoint(&mut self, name: &str) {
        self.change(|set| set.endpoint = Some(name.into()));
    }

    pub(crate) fn set_tenant(&mut self, name: &str) {
        self.change(|set| set.tenant = Some(name.into()));
    }

    pub(crate) fn set_header(&mut self, name: &str) {
        self.change(|set| set.header = Some(name.into()));
    }

    pub(crate) fn set_unauthorized(&mut self, answer: Answer) {
        self.change(|set| set.unauthorized = Some(answer));
    }

    pub(crate) fn set_bad_request(&mut self, answer: Answer) {
        self.change(|set| set.bad_request = Some(answer));
    }

    pub(crate) fn set_too_large(&mut self, answer: Answer) {
        self.change(|set| set.too_large = Some(answer));
    }

    pub(crate) fn set_unprocessable(&mut self, answer: Answer) {
        self.change(|set| set.unprocessable = Some(answer));
    }

    pub(crate) fn set_explainer(&mut self, explainer: Explainer) {
        self.change(|set| set.explainer = Some(explainer));
    }

    /// Returns the explainer of rejected deliveries, if there is one.
    #[must_use]
    pub fn explainer(&self) -> Option<&Explainer> {
        self.0.as_deref()?.explainer.as_ref()
    }

    /// Returns the endpoint's name, or `None` if it is the provider's name.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.0.as_deref()?.endpoint.as_deref()
    }

    /// Returns the tenant for which `Verifier::of_tenant` made the verifier, or `None` for other
    /// verifiers.
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.0.as_deref()?.tenant.as_deref()
    }

    /// Returns the header of the signature, or `None` if the headers of the scheme apply.
    #[must_use]
    pub fn __header(&self) -> Option<&str> {
        self.header()
    }

    /// Returns the header of the signature, or `None` if the headers of the scheme apply.
    pub(crate) fn header(&self) -> Option<&str> {
        self.0.as_deref()?.header.as_deref()
    }

    /// Returns the answer with status 401, or `None` if the default applies.
    #[must_use]
    pub fn unauthorized(&self) -> Option<&Answer> {
        self.get(|set| &set.unauthorized)
    }

    /// Returns the answer with status 400, or `None` if the default of each cause applies.
    #[must_use]
    pub fn bad_request(&self) -> Option<&Answer> {
        self.get(|set| &set.bad_request)
    }

    /// Returns the answer with status 413, or `None` if the default applies.
    #[must_use]
    pub fn too_large(&self) -> Option<&Answer> {
        self.get(|set| &set.too_large)
    }

    /// Returns the answer with status 422, or `None` if the default applies.
    #[must_use]
    pub fn unprocessable(&self) -> Option<&Answer> {
        self.get(|set| &set.unprocessable)
    }

    fn get(&self, choose: fn(&Set) -> &Option<Answer>) -> Option<&Answer> {
        self.0.as_deref().and_then(|set| choose(set).as_ref())
    }

    fn change(&mut self, change: impl FnOnce(&mut Set)) {
        change(Arc::make_mut(self.0.get_or_insert_default()));
    }
}
