//! The answers that are set on one verifier.

use std::sync::Arc;

use crate::Answer;

/// The answers of one verifier to the deliveries that it rejects.
///
/// Each delivery, its proof and its rejection have a clone. A clone of answers that were never set
/// costs nothing.
#[derive(Clone, Debug, Default)]
pub struct Answers(Option<Arc<Set>>);

/// The answers that were set.
#[derive(Clone, Debug, Default)]
struct Set {
    unauthorized: Option<Answer>,
    bad_request: Option<Answer>,
    too_large: Option<Answer>,
    unprocessable: Option<Answer>,
}

impl Answers {
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

    /// Returns the answer to every delivery whose signature is rejected (401).
    #[must_use]
    pub fn unauthorized(&self) -> Answer {
        self.get(|set| &set.unauthorized).unwrap_or_default()
    }

    /// Returns the answer with status 400, or `None` if the default of each cause applies.
    #[must_use]
    pub fn bad_request(&self) -> Option<Answer> {
        self.get(|set| &set.bad_request)
    }

    /// Returns the answer with status 413, or `None` if the default applies.
    #[must_use]
    pub fn too_large(&self) -> Option<Answer> {
        self.get(|set| &set.too_large)
    }

    /// Returns the answer with status 422, or `None` if the default applies.
    #[must_use]
    pub fn unprocessable(&self) -> Option<Answer> {
        self.get(|set| &set.unprocessable)
    }

    fn get(&self, choose: fn(&Set) -> &Option<Answer>) -> Option<Answer> {
        self.0.as_deref().and_then(|set| choose(set).clone())
    }

    fn change(&mut self, change: impl FnOnce(&mut Set)) {
        change(Arc::make_mut(self.0.get_or_insert_default()));
    }
}
