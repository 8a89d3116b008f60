//! The parts of `Events` that all frameworks share: the table of handlers, and the types that a
//! handler can take.

mod event_data;
mod log;
mod table;
mod unhandled;

use countersign_core::{HeaderSource, PayloadError, event::Location};

pub use event_data::EventData;
pub(crate) use table::Table;
pub use unhandled::Unhandled;

use crate::{
    Rejection,
    adapter::VerifiedDelivery,
    surface::proof::{Extensions, Finder},
};

/// The mark that `Events` leaves in the extensions `X` of a request. With it, [`EventData`] and
/// [`Unhandled`] find the delivery without a type parameter for its provider.
pub(crate) struct Dispatched<X>(Finder<X>);

impl<X> Clone for Dispatched<X> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<X> Copy for Dispatched<X> {}

/// Chooses the handler of a verified delivery, and leaves the mark for its extractors. If the event
/// has no handler, logs its name and returns `None`.
pub(crate) fn choose<'t, X, H, T>(
    table: &'t Table<T>,
    finder: Finder<X>,
    extensions: &mut X,
    headers: &H,
) -> Result<Option<&'t T>, Rejection>
where
    X: Extensions + 'static,
    H: HeaderSource + ?Sized,
{
    let verified = finder.find(extensions)?;
    let at = verified.__event().id(Location::None);
    // If no name in the table can have an action, the action is not looked up. The body is then not
    // read here if the type is in a header.
    let at = if table.has_actions() { at } else { at.action(Location::None) };
    let delivery = verified.delivery_at(headers, at);
    let name = delivery.name().map_err(|error| finder.unreadable(error, verified, extensions))?;
    let Some(handler) = table.find(&name) else {
        log::unhandled(verified, &name);
        return Ok(None);
    };
    extensions.insert(Dispatched(finder));
    Ok(Some(handler))
}

/// Reads a part of the delivery that `Events` has passed to a handler.
fn read<X, T>(
    extensions: &X,
    part: impl FnOnce(&VerifiedDelivery) -> Result<T, PayloadError>,
) -> Result<T, Rejection>
where
    X: Extensions + 'static,
{
    let Dispatched(finder) = extensions.get().copied().ok_or_else(Rejection::missing_events)?;
    let verified = finder.find(extensions)?;
    part(verified).map_err(|error| finder.unreadable(error, verified, extensions))
}
