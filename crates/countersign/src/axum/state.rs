//! Verifiers out of a router's state.

use axum_core::extract::FromRef;
use countersign_core::{Provider, Verifier};

use crate::adapter::Verifiers;

/// Verifiers that a state `S` holds: each by itself.
pub trait FromState<S>: Verifiers {
    /// Takes them out.
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
