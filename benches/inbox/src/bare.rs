//! One table and one thread that commits all insertions that wait: the least that keeps a delivery
//! once.

use std::{path::Path, sync::mpsc, thread};

use rusqlite::{Connection, params};
use tokio::sync::oneshot;

type Job = (String, Vec<u8>, oneshot::Sender<()>);

/// Inserts rows into a file.
#[derive(Clone)]
pub(crate) struct Bare(mpsc::Sender<Job>);

impl Bare {
    pub(crate) fn open(path: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full;
             create table deliveries (id integer primary key, key text unique, request blob)",
        )?;
        let (jobs, received) = mpsc::channel::<Job>();
        thread::spawn(move || {
            let mut insert = connection.prepare(INSERT).unwrap();
            while let Ok(first) = received.recv() {
                let mut batch = vec![first];
                batch.extend(received.try_iter().take(255));
                connection.execute_batch("begin immediate").unwrap();
                for (key, request, _) in &batch {
                    insert.execute(params![key, request]).unwrap();
                }
                connection.execute_batch("commit").unwrap();
                for (_, _, reply) in batch {
                    reply.send(()).unwrap();
                }
            }
        });
        Ok(Self(jobs))
    }

    pub(crate) async fn insert(&self, key: String, request: Vec<u8>) {
        let (reply, done) = oneshot::channel();
        self.0.send((key, request, reply)).unwrap();
        done.await.unwrap();
    }
}

const INSERT: &str = "\
insert into deliveries (key, request) values (?1, ?2) on conflict (key) do nothing";
