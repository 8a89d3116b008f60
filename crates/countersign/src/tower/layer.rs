use std::fmt;

use countersign_core::{Provider, Verifier};
use tower_layer::Layer;

use super::Verify;

/// Layer that applies the [`Verify`] middleware.
///
/// See the [module docs](crate::tower) for an example.
#[must_use]
pub struct VerifyLayer<P> {
    verifier: Verifier<P>,
}

impl<P> VerifyLayer<P> {
    /// Lets through what this verifier accepts. Everything there is to set is set on the verifier.
    pub fn new(verifier: Verifier<P>) -> Self {
        Self { verifier }
    }
}

impl<S, P> Layer<S> for VerifyLayer<P> {
    type Service = Verify<S, P>;

    fn layer(&self, inner: S) -> Verify<S, P> {
        Verify::new(inner, self.verifier.clone())
    }
}

impl<P> Clone for VerifyLayer<P> {
    fn clone(&self) -> Self {
        Self { verifier: self.verifier.clone() }
    }
}

impl<P: Provider> fmt::Debug for VerifyLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer").field("verifier", &self.verifier).finish()
    }
}
