//! The endpoints `/inbox` and `/inbox-slack`, which keep their deliveries, and the worker that
//! handles them.

pub(crate) mod actix;
pub(crate) mod axum;
pub(crate) mod engine;
pub(crate) mod tower;

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
};

use ::axum::extract::FromRef;
use countersign::{
    Either, Verified, Verifier,
    event::Delivery,
    inbox::{Failure, Inbox, Received, Retries, Worker},
    providers::{EndpointOf, Slack, XWebhookSignature, slack, x_webhook_signature},
};
use tokio::{sync::watch, task::JoinHandle};

use self::engine::Engine;
use crate::{
    arguments::Arguments,
    endpoint::verifier,
    given::Told,
    handler::{Handler, Unhandled},
};

/// The in-house convention, whose deliveries are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptWebhook;

impl EndpointOf for KeptWebhook {
    type Provider = XWebhookSignature;
    const NAME: &'static str = "inbox";
}

/// Slack, whose deliveries are kept. Its handshakes are answered at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptSlack;

impl EndpointOf for KeptSlack {
    type Provider = Slack;
    const NAME: &'static str = "inbox-slack";
}

/// The endpoints that keep their deliveries.
#[derive(Clone, Debug, FromRef)]
pub(crate) struct Kept {
    inbox: Inbox<Engine>,
    webhook: Verifier<KeptWebhook>,
    slack: Verifier<KeptSlack>,
    handler: Handler,
    workers: Workers,
}

impl Kept {
    /// Opens the inbox that the arguments select.
    pub(crate) async fn open(
        arguments: &Arguments,
        handler: &Handler,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let Some(place) = &arguments.inbox else { return Ok(None) };
        let inbox = Inbox::new(Engine::open(place, arguments).await?)
            .store_deadline(arguments.inbox_deadline)
            .lease(arguments.inbox_lease)
            .retries(Retries::after(arguments.inbox_retries.iter().copied()))
            .concurrency(arguments.inbox_concurrency);
        Ok(Some(Self {
            inbox,
            webhook: verifier("WEBHOOK_SECRET", arguments)?,
            slack: verifier("SLACK_SECRET", arguments)?,
            handler: handler.clone(),
            workers: Workers::default(),
        }))
    }

    /// Starts the worker of both endpoints, as a task.
    pub(crate) fn start_worker(&self) {
        let handler = self.handler.clone();
        let verifiers = (self.webhook.clone(), self.slack.clone());
        self.workers.start(
            self.inbox.worker(&verifiers, move |received| handle(handler.clone(), received)),
        );
    }

    /// Returns the workers, which must be stopped after the server.
    pub(crate) fn workers(&self) -> Workers {
        self.workers.clone()
    }
}

async fn handle(
    handler: Handler,
    Received { verified, request, attempt, .. }: Received<
        Either<Verified<KeptWebhook>, Verified<KeptSlack>>,
    >,
) -> Result<(), Failure> {
    let handled = match &verified {
        Either::Left(verified) => {
            let event = read::<x_webhook_signature::Event>(&verified.delivery(request.delivery()))?;
            handler.handle_kept(&event, verified.bytes(), Some(&attempt)).await
        }
        Either::Right(verified) => {
            let event = read::<slack::Event>(&verified.delivery(request.delivery()))?;
            handler.handle_kept(&event, verified.bytes(), Some(&attempt)).await
        }
    };
    handled.map_err(|unhandled| match unhandled {
        Unhandled::Retry => Failure::retry("this attempt failed"),
        Unhandled::Dead => Failure::dead("no attempt succeeds"),
    })
}

fn read<E: Told>(delivery: &Delivery<'_>) -> Result<E, Failure> {
    E::parse(delivery).map_err(Failure::dead)
}

/// The tasks of the workers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workers {
    stop: Arc<watch::Sender<bool>>,
    tasks: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Workers {
    fn start(&self, worker: Worker<Engine>) {
        let mut stop = self.stop.subscribe();
        let task = tokio::spawn(worker.run_until(async move {
            // The receiver holds the sender until it ends.
            let _ = stop.wait_for(|stop| *stop).await;
        }));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Stops the workers, and waits for their handlers.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        let tasks: Vec<_> =
            self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect();
        for task in tasks {
            // A worker that panicked has printed its message.
            let _ = task.await;
        }
    }
}
