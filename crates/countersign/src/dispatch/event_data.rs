//! The extractor of an event's data.

use serde::de::DeserializeOwned;

use super::read;
use crate::{Rejection, surface::proof::Extensions};

/// The data of an event: an extractor for handlers of `Events` (of [`axum`] or [`actix_web`]).
///
/// It reads the verified bytes, at the place that the provider's
/// [`EVENT`](crate::Provider::EVENT) states: `data` of Standard Webhooks, the whole body of GitHub.
/// Absent data counts as `null`, so that an `Option` is `None`. It takes nothing from the state of
/// the router, so it works with any state.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 400 if the signed body is not UTF-8 JSON;
/// - 422 if the data does not fit `T`;
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
        // The data are never in a header.
        read(extensions, |verified| verified.delivery(&NO_HEADERS).data().map(Self))
    }
}

const NO_HEADERS: [(&str, &str); 0] = [];
