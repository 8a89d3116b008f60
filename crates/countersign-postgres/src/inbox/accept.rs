//! The insertion of a delivery.

use std::{borrow::Cow, time::SystemTime};

use countersign::inbox::{Accepted, Entry, StoreError};
use tokio_postgres::{Error, GenericClient, types::Type};

use super::{
    objects::{BEGIN, LOCK, check},
    text::{clean, short},
};
use crate::connection::{Lent, Parameter};

/// Inserts a delivery, due at once, unless its key is kept already.
pub(super) async fn insert(lent: &Lent, delivery: &Delivery<'_>) -> Result<Accepted, Error> {
    let parameters = delivery.parameters();
    let Some(about) = delivery.about() else {
        // Without the object and its version.
        let [key, endpoint, provider, tenant, event_type, event_id, _, _, received_at, request] =
            parameters;
        let parameters =
            [key, endpoint, provider, tenant, event_type, event_id, received_at, request];
        // The server has kept the plan, so the function would only cost time.
        if lent.is_prepared() {
            return Ok(accepted(lent.count(INSERT_WITHOUT_OBJECT, &parameters).await?));
        }
        let is_new: bool = lent.one_row(ACCEPT, &parameters).await?.try_get(0)?;
        return Ok(accepted(is_new.into()));
    };
    // Sent one after the other, without waiting for the answers. No statement is prepared first: it
    // would be sent after `commit`.
    let (begun, locked, inserted, committed) = tokio::join! {
        biased;
        lent.batch_execute(BEGIN),
        lent.query_typed(LOCK, &about),
        lent.execute_typed(INSERT_IN_ORDER, &parameters),
        lent.batch_execute("commit"),
    };
    begun?;
    locked?;
    let inserted = inserted?;
    committed?;
    Ok(accepted(inserted))
}

/// Inserts a delivery in a transaction of the caller.
pub(super) async fn insert_in<C: GenericClient>(
    client: &C,
    entry: &Entry,
) -> Result<Accepted, StoreError> {
    let delivery = Delivery::of(entry);
    let parameters = delivery.parameters();
    let inserted = match delivery.about() {
        None => client.execute_typed(INSERT, &parameters).await,
        Some(about) => {
            let locked = client.query_typed(LOCK, &about).await.map_err(StoreError::new)?;
            check(&locked).map_err(StoreError::new)?.map_err(StoreError::new)?;
            client.execute_typed(INSERT_IN_ORDER, &parameters).await
        }
    };
    inserted.map(accepted).map_err(StoreError::new)
}

fn accepted(inserted: u64) -> Accepted {
    if inserted == 0 { Accepted::Duplicate } else { Accepted::New }
}

/// The values of a row.
pub(super) struct Delivery<'a> {
    pub(super) key: Option<Cow<'a, str>>,
    pub(super) endpoint: Cow<'a, str>,
    pub(super) provider: Cow<'a, str>,
    pub(super) tenant: Option<Cow<'a, str>>,
    pub(super) event_type: Option<Cow<'a, str>>,
    pub(super) event_id: Option<Cow<'a, str>>,
    pub(super) object: Option<Cow<'a, str>>,
    pub(super) version: Option<i64>,
    pub(super) received_at: SystemTime,
    pub(super) request: Vec<u8>,
}

impl<'a> Delivery<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self {
            key: entry.key().map(|key| key.as_str().into()),
            endpoint: clean(entry.endpoint()),
            provider: clean(entry.provider()),
            tenant: entry.tenant().map(clean),
            event_type: entry.event_type().map(short),
            event_id: entry.event_id().map(short),
            object: entry.object().map(clean),
            version: entry.version(),
            received_at: entry.received_at(),
            request: entry.request().to_json(),
        }
    }

    pub(super) fn into_owned(self) -> Delivery<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        Delivery {
            key: self.key.map(owned),
            endpoint: owned(self.endpoint),
            provider: owned(self.provider),
            tenant: self.tenant.map(owned),
            event_type: self.event_type.map(owned),
            event_id: self.event_id.map(owned),
            object: self.object.map(owned),
            ..self
        }
    }

    fn parameters(&self) -> [Parameter<'_>; 10] {
        [
            (&self.key, Type::TEXT),
            (&self.endpoint, Type::TEXT),
            (&self.provider, Type::TEXT),
            (&self.tenant, Type::TEXT),
            (&self.event_type, Type::TEXT),
            (&self.event_id, Type::TEXT),
            (&self.object, Type::TEXT),
            (&self.version, Type::INT8),
            (&self.received_at, Type::TIMESTAMPTZ),
            (&self.request, Type::BYTEA),
        ]
    }

    /// Returns the endpoint and the object.
    fn about(&self) -> Option<[Parameter<'_>; 2]> {
        let object = self.object.as_ref()?;
        Some([(&self.endpoint, Type::TEXT), (object, Type::TEXT)])
    }
}

const ACCEPT: &str = "select countersign_inbox_accept($1, $2, $3, $4, $5, $6, $7, $8)";

/// Does what the function does.
const INSERT_WITHOUT_OBJECT: &str = "\
with inserted as (
    insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id,
        received_at, due_at)
    values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
    on conflict (key) do nothing
    returning id
)
insert into countersign_inbox_requests (id, request) select id, $8 from inserted";

/// Inserts the row and the request. If another transaction inserts the same key, it waits until
/// that one has ended.
const INSERT: &str = "\
with inserted as (
    insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id, object,
        version, due_at, received_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), $9)
    on conflict (key) do nothing
    returning id
)
insert into countersign_inbox_requests (id, request) select id, $10 from inserted";

/// The same, with the place in the order of the object. For `exists`, the server can choose to look
/// through the whole table; for `min`, it uses the index.
const INSERT_IN_ORDER: &str = "\
with inserted as (
    insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id, object,
        version, due_at, received_at, held_back)
    values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), $9, (
        select min(id) from countersign_inbox
        where endpoint = $2 and object = $7 and due_at is not null
    ) is not null)
    on conflict (key) do nothing
    returning id
)
insert into countersign_inbox_requests (id, request) select id, $10 from inserted";
