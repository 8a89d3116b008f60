//! The tasks in the background: notifications between processes, and the removal of old rows.

use std::{
    sync::{
        Arc, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Config, Error, Socket, tls::MakeTlsConnect};

use super::{PostgresInbox, prune, store::Shared};

impl PostgresInbox {
    /// Wakes the workers of this process, and those of others.
    pub(super) fn announce(&self) {
        self.shared.bell.ring();
        self.shared.has_news.store(true, Ordering::SeqCst);
        if self.shared.is_announcing.swap(true, Ordering::SeqCst) {
            return;
        }
        let inbox = self.clone();
        let mut announcing = Flag(Arc::clone(&self.shared), |shared| &shared.is_announcing);
        tokio::spawn(async move {
            loop {
                // The first delivery is announced at once. Commits with a notification wait for each
                // other, so the next notification announces all deliveries of a moment.
                while inbox.shared.has_news.swap(false, Ordering::SeqCst) {
                    inbox.notify().await;
                    sleep(MOMENT).await;
                }
                drop(announcing);
                // A delivery can have come since, and have seen the flag.
                if !inbox.shared.has_news.load(Ordering::SeqCst)
                    || inbox.shared.is_announcing.swap(true, Ordering::SeqCst)
                {
                    return;
                }
                announcing = Flag(Arc::clone(&inbox.shared), |shared| &shared.is_announcing);
            }
        });
    }

    async fn notify(&self) {
        let notify = async {
            let lent = self.lend().await?;
            let answer = lent.count(NOTIFY, &[]).await;
            lent.done(answer)
        };
        // Workers also ask, so a lost notification only makes a delivery late.
        let _ = timeout(DEADLINE, notify).await;
    }

    /// Removes old rows in the background, once in a while.
    pub(super) fn keep_up(&self) {
        let now = Instant::now();
        {
            let mut next = self.shared.next_upkeep.lock().unwrap_or_else(PoisonError::into_inner);
            if *next > now {
                return;
            }
            *next = now + UPKEEP_INTERVAL;
        }
        if self.shared.is_keeping_up.swap(true, Ordering::SeqCst) {
            return;
        }
        let running = Flag(Arc::clone(&self.shared), |shared| &shared.is_keeping_up);
        let inbox = self.clone();
        tokio::spawn(async move {
            let _running = running;
            loop {
                let prune = async {
                    let lent = inbox.lend().await?;
                    let answer = prune::prune(&lent, inbox.keep_for, BATCH).await;
                    lent.done(answer)
                };
                match timeout(DEADLINE, prune).await {
                    Ok(Ok(BATCH)) => sleep(MOMENT).await,
                    // An error is temporary, or each call reports it as well.
                    _ => return,
                }
            }
        });
    }
}

/// A flag that is cleared when this is dropped: at the latest when its task ends, or is dropped with
/// its runtime.
struct Flag(Arc<Shared>, fn(&Shared) -> &AtomicBool);

impl Drop for Flag {
    fn drop(&mut self) {
        self.1(&self.0).store(false, Ordering::SeqCst);
    }
}

/// Listens until the connection breaks, or the inbox is gone.
pub(super) async fn hear<T>(shared: &Weak<Shared>, config: &Config, tls: T) -> Result<(), Error>
where
    T: MakeTlsConnect<Socket>,
{
    let Ok(connected) = timeout(DEADLINE, config.connect(tls)).await else { return Ok(()) };
    let (client, mut connection) = connected?;
    let listen = async {
        client.batch_execute(LISTEN).await?;
        if let Some(shared) = shared.upgrade() {
            // Notifications may have been lost before.
            shared.bell.ring();
        }
        loop {
            sleep(TEST_INTERVAL).await;
            if timeout(DEADLINE, client.simple_query("")).await.is_err() {
                return Ok(());
            }
        }
    };
    let messages = async {
        loop {
            let message = std::future::poll_fn(|context| connection.poll_message(context)).await;
            let (Some(message), Some(shared)) = (message, shared.upgrade()) else { return Ok(()) };
            if let AsyncMessage::Notification(_) = message? {
                shared.bell.ring();
            }
        }
    };
    let gone = async {
        while shared.strong_count() > 0 {
            sleep(PAUSE).await;
        }
        Ok(())
    };
    tokio::select! {
        ended = listen => ended,
        ended = messages => ended,
        ended = gone => ended,
    }
}

const LISTEN: &str = "listen countersign_inbox";

/// The deliveries are committed already, and workers also ask. So the commit of a notification does
/// not wait for the disk.
const NOTIFY: &str = "\
select pg_notify('countersign_inbox', ''), set_config('synchronous_commit', 'off', true)";

/// Time between two notifications, and between two batches of rows that are removed.
const MOMENT: Duration = Duration::from_millis(25);

/// Pause before a connection is made again.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

const UPKEEP_INTERVAL: Duration = Duration::from_secs(10);

/// Time for one statement of a task in the background, and for its connection.
const DEADLINE: Duration = Duration::from_secs(10);

/// Interval at which the connection that listens is tested: a network can forget it.
const TEST_INTERVAL: Duration = Duration::from_secs(30);

/// Rows that are removed at a time, so that no transaction is long.
const BATCH: usize = 500;
