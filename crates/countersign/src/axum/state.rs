//! Verifiers that extractors take from the state of a router.

use axum_core::extract::FromRef;
use countersign_core::{Provider, Verifier};

use crate::adapter::Verifiers;

/// Verifiers that the state `S` of a router holds: [`FromRef`] returns each of them from the state.
///
/// The trait is implemented for all such verifiers. It appears in the bounds of extractors.
pub trait FromState<S>: Verifiers {
    /// Takes the verifiers out of the state.
    fn from_state(state: &S) -> Self;
}

impl<S, P: Provider> FromState<S> for Verifier<P>
where
    Self: FromRef<S>,
{
    fn from_state(state: &S) -> Self {
        Self::from_ref(state)
    }
}

impl<S, A: FromState<S>, B: FromState<S>> FromState<S> for (A, B) {
    fn from_state(state: &S) -> Self {
        (A::from_state(state), B::from_state(state))
    }
}
