use http::request::Parts;

use super::{HttpHeaders, refuse};
use crate::{
    Rejection,
    surface::{Extractor, extractor::ProofOf, proof::Proof},
};

/// Reads the delivery that a layer has verified. A missing proof is a mistake in the application.
pub(crate) fn read<T: Extractor>(parts: &Parts) -> Result<T, Rejection> {
    ProofOf::<T>::find(&parts.extensions)
        .ok_or_else(Rejection::missing_proof::<T::Verifiers>)
        .and_then(|proof| T::read(proof, &HttpHeaders(&parts.headers)))
        .map_err(|rejection| refuse(rejection, parts))
}
