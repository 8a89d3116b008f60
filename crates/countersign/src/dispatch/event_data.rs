//! The extractor of an event's data.

use serde::de::DeserializeOwned;

use super::read;
use crate::{Rejection, surface::proof::Extensions};

/// Extractor of an event's data, for handlers of `Events` (of [`axum`] or [`actix_web`]).
///
/// The data is read from the verified bytes. The provider's [`EVENT`](crate::Provider::EVENT)
/// states where it is: in the member `data` for Standard Webhooks, in the whole body for GitHub.
/// Absent data counts as `null`: if `T` is an `Option`, it is `None`. The extractor takes nothing
/// from the state of the router, so it works with any state.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 400 if the signed body is not UTF-8 JSON;
/// - 422 if the data does not fit `T`, or if the body that should have the data as a member is not
///   an object;
/// - 500 if the handler is not a handler of `Events`, or no layer has verified the request.
///
/// # Examples
///
/// ```
/// use countersign::EventData;
///
/// #[derive(serde::Deserialize)]
/// struct Push { r#ref: String }
///
/// async fn on_push(EventData(push): EventData<Push>) -> String {
///     push.r#ref
/// }
/// ```
///
/// [`axum`]: https://docs.rs/countersign/latest/countersign/axum/struct.Events.html
/// [`actix_web`]: https://docs.rs/countersign/latest/countersign/actix_web/struct.Events.html
#[derive(Clone, Copy, Debug)]
pub struct EventData<T>(
    /// The data.
    pub T,
);

impl<T: DeserializeOwned> EventData<T> {
    pub(crate) fn read<X>(extensions: &X) -> Result<Self, Rejection>
    where
        X: Extensions + 'static,
    {
        // The data is never in a header.
        read(extensions, |verified| verified.delivery(&NO_HEADERS).data().map(Self))
    }
}

const NO_HEADERS: [(&str, &str); 0] = [];
