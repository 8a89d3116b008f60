use tower_layer::Layer;

use super::VerifyService;
use crate::surface::{Verifiers, choice::assert_apart};

/// Layer that applies the [`VerifyService`] middleware.
///
/// Put load shedding and concurrency limits inside this layer, so that they count only verified
/// deliveries:
///
/// ```
/// use countersign::{Secret, Verifier, providers::GitHub, tower::VerifyLayer};
/// use tower::ServiceBuilder;
///
/// let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
/// let layers = ServiceBuilder::new()
///     .layer(VerifyLayer::new(verifier))
///     .load_shed()
///     .concurrency_limit(100);
/// # let _ = layers;
/// # Ok::<_, countersign::ConfigError>(())
/// ```
///
/// See the [module docs](crate::tower) for an example.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyLayer<V> {
    verifiers: V,
}

impl<V: Verifiers> VerifyLayer<V> {
    /// Makes a layer that passes on the deliveries that this [`Verifier`](crate::Verifier) accepts.
    /// For a pair of verifiers, the signature header of the delivery decides which of them checks
    /// it. All settings are on the verifier.
    ///
    /// # Panics
    ///
    /// If two of the verifiers look for the signature in the same header. The message names both.
    #[track_caller]
    pub fn new(verifiers: V) -> Self {
        assert_apart(&verifiers);
        Self { verifiers }
    }
}

impl<S, V: Verifiers> Layer<S> for VerifyLayer<V> {
    type Service = VerifyService<S, V>;

    fn layer(&self, inner: S) -> VerifyService<S, V> {
        VerifyService::new(inner, self.verifiers.clone())
    }
}
