//! Verifiers that extractors take from the app data.

use actix_web::{HttpRequest, web::Data};
use countersign_core::{Provider, Verifier};

use crate::{Rejection, surface::Verifiers};

/// Verifiers in the app data: each of them is an entry of its own, as `web::Data` or plain.
///
/// The trait is implemented for all verifiers. It appears in the bounds of extractors.
pub trait FromAppData: Verifiers {
    /// Takes the verifiers out of the app data of the nearest scope that has them.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] (500) that names the first missing verifier.
    fn from_app_data(request: &HttpRequest) -> Result<Self, Rejection>;
}

impl<P: Provider> FromAppData for Verifier<P> {
    fn from_app_data(request: &HttpRequest) -> Result<Self, Rejection> {
        let shared = request.app_data::<Data<Self>>();
        let verifier = shared.map(|data| &***data).or_else(|| request.app_data());
        verifier.cloned().ok_or_else(Rejection::missing_verifier::<P>)
    }
}

impl<A: FromAppData, B: FromAppData> FromAppData for (A, B) {
    fn from_app_data(request: &HttpRequest) -> Result<Self, Rejection> {
        Ok((A::from_app_data(request)?, B::from_app_data(request)?))
    }
}
