//! An inbox in servers of NATS: servers that die, and the rows of the inbox.

use std::{
    collections::HashMap,
    error::Error,
    io, thread,
    time::{Duration, SystemTime},
};

use countersign::inbox::{Details, EndedAttempt, Row, RowId, State, StoredRequest};
use countersign_nats::{
    NatsInbox,
    async_nats::{
        self,
        jetstream::{self, consumer::DeliverPolicy, consumer::pull::OrderedConfig},
    },
};
use countersign_tests::Nats;
use futures_util::StreamExt as _;
use tokio::runtime::Runtime;

use crate::inbox;

/// Three servers that share an inbox.
pub(crate) struct Cluster {
    servers: Nats,
    /// The server that is killed next.
    next: usize,
}

impl Cluster {
    pub(crate) fn new(servers: Nats) -> Self {
        Self { servers, next: 0 }
    }

    pub(crate) fn url(&self) -> String {
        self.servers.url()
    }

    /// Kills a server, and starts it again after the pause.
    pub(crate) fn kill_one(&mut self, pause: Duration) -> io::Result<()> {
        let node = self.next;
        self.next = (node + 1) % self.servers.nodes();
        self.servers.kill_node(node)?;
        thread::sleep(pause);
        self.servers.start_node(node)?;
        // Two servers must be there at any time, or deliveries wait.
        self.servers.wait_until_healthy()
    }

    /// Freezes the server that leads the stream of deliveries for the pause.
    pub(crate) fn freeze_leader(&self, pause: Duration) -> io::Result<()> {
        let node = self.servers.leader_of("receiver").unwrap_or_default();
        self.servers.freeze_node(node)?;
        thread::sleep(pause);
        self.servers.thaw_node(node)?;
        self.servers.wait_until_healthy()
    }

    /// Kills all servers, and starts them again after the pause.
    pub(crate) fn kill_all(&mut self, pause: Duration) -> io::Result<()> {
        for node in 0..self.servers.nodes() {
            self.servers.kill_node(node)?;
        }
        thread::sleep(pause);
        for node in 0..self.servers.nodes() {
            self.servers.start_node(node)?;
        }
        self.servers.wait_until_healthy()
    }

    /// Waits until nothing is left to do, and returns all rows. Calls `meanwhile` while it waits.
    ///
    /// The inbox keeps no list of attempts. Receivers of this program fail no attempt, so all
    /// attempts but the last one have vanished, and the last one as well if the delivery is dead.
    pub(crate) fn rows(
        &self,
        mut meanwhile: impl FnMut() -> io::Result<()>,
    ) -> Result<Vec<Details>, Box<dyn Error>> {
        let runtime = Runtime::new()?;
        let servers: Vec<_> = self.url().split(',').map(str::to_owned).collect();
        let client = runtime.block_on(async_nats::connect(servers))?;
        let inbox = NatsInbox::builder(client.clone(), "receiver").replicas(self.servers.nodes());
        let inbox = runtime.block_on(inbox.open())?;
        inbox::wait_until_done(&runtime, &inbox, &mut meanwhile)?;
        runtime.block_on(async {
            let mut states = HashMap::new();
            for message in read(&client, "receiver-states").await? {
                let id = message.subject.rsplit('.').next().unwrap_or_default().parse::<i64>()?;
                let headers = message.headers.as_ref().ok_or("a state without a header")?;
                let text = headers.get("Countersign-State").ok_or("a state without its header")?;
                states.insert(id, serde_json::from_str::<serde_json::Value>(text.as_str())?);
            }
            let mut rows = Vec::new();
            for message in read(&client, "receiver").await? {
                let info = message.info().map_err(|error| -> Box<dyn Error> { error })?;
                let id = i64::try_from(info.stream_sequence)?;
                let state = states.get(&id).ok_or("a delivery without a state is not done")?;
                rows.push(details(id, &message.payload, state)?);
            }
            Ok(rows)
        })
    }
}

/// Reads all messages of a stream.
async fn read(
    client: &async_nats::Client,
    stream: &str,
) -> Result<Vec<jetstream::Message>, Box<dyn Error>> {
    let stream = jetstream::new(client.clone()).get_stream(stream).await?;
    let count = usize::try_from(stream.cached_info().state.messages)?;
    let config = OrderedConfig { deliver_policy: DeliverPolicy::All, ..OrderedConfig::default() };
    let messages = stream.create_consumer(config).await?.messages().await?;
    let messages: Vec<_> = messages.take(count).collect().await;
    Ok(messages.into_iter().collect::<Result<_, _>>()?)
}

fn details(id: i64, request: &[u8], state: &serde_json::Value) -> Result<Details, Box<dyn Error>> {
    let request = StoredRequest::from_json(request)?;
    let delivery = request.delivery();
    let number = |name: &str| state[name].as_u64().and_then(|number| u32::try_from(number).ok());
    let attempts = number("attempts").ok_or("a state without attempts")?;
    let state = match state["state"].as_str() {
        Some("done") => State::Done,
        Some("dead") => State::Dead,
        _ => return Err(format!("the delivery {id} is not done: {state}").into()),
    };
    let began_at = SystemTime::UNIX_EPOCH;
    let ended = |number| EndedAttempt {
        number,
        began_at,
        ended_at: (state == State::Done && number == attempts).then_some(began_at),
        reason: None,
    };
    Ok(Details {
        row: Row {
            id: RowId(id),
            state,
            endpoint: delivery.endpoint().to_owned(),
            provider: delivery.provider().to_owned(),
            tenant: None,
            event_type: delivery.event_type().map(str::to_owned),
            event_id: delivery.id().map(str::to_owned),
            attempts,
            received_at: delivery.received_at(),
            due_at: None,
            last_reason: None,
        },
        request: None,
        attempts: (1..=attempts).map(ended).collect(),
    })
}
