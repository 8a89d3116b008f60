//! The insertion of several deliveries.

use std::time::Duration;

use countersign::inbox::Accepted;
use tokio_postgres::{Error, types::Type};

use super::accept::Delivery;
use crate::connection::{Lent, Parameter};

/// Inserts deliveries without objects by one statement, due at once, unless their keys are kept
/// already. The statement waits at most `longest_wait` for each lock.
pub(super) async fn insert_together(
    lent: &Lent,
    deliveries: &[Delivery<'_>],
    longest_wait: Duration,
) -> Result<Vec<Accepted>, Error> {
    macro_rules! column {
        (|$delivery:ident| $value:expr) => {
            deliveries.iter().map(|$delivery| $value).collect::<Vec<_>>()
        };
    }
    let keys = column!(|delivery| delivery.key.as_deref());
    let endpoints = column!(|delivery| &*delivery.endpoint);
    let providers = column!(|delivery| &*delivery.provider);
    let tenants = column!(|delivery| delivery.tenant.as_deref());
    let event_types = column!(|delivery| delivery.event_type.as_deref());
    let event_ids = column!(|delivery| delivery.event_id.as_deref());
    let times = column!(|delivery| delivery.received_at);
    let requests = column!(|delivery| &*delivery.request);
    let longest_wait = format!("{}ms", longest_wait.as_millis());
    let parameters: [Parameter<'_>; 9] = [
        (&keys, Type::TEXT_ARRAY),
        (&endpoints, Type::TEXT_ARRAY),
        (&providers, Type::TEXT_ARRAY),
        (&tenants, Type::TEXT_ARRAY),
        (&event_types, Type::TEXT_ARRAY),
        (&event_ids, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&requests, Type::BYTEA_ARRAY),
        (&longest_wait, Type::TEXT),
    ];
    let mut accepted = vec![Accepted::Duplicate; deliveries.len()];
    for row in lent.rows(ACCEPT_ALL, &parameters).await? {
        let place = usize::try_from(row.try_get::<_, i64>(0)?).unwrap_or_default();
        if let Some(accepted) = accepted.get_mut(place.wrapping_sub(1)) {
            *accepted = Accepted::New;
        }
    }
    Ok(accepted)
}

const ACCEPT_ALL: &str = "\
select * from countersign_inbox_accept_all($1, $2, $3, $4, $5, $6, $7, $8, $9)";
