//! Requests of all kinds of bytes.

use super::{
    super::{Entry, InboxStore},
    samples::{ENDPOINT, request},
    trial::{self, LONG, Outcome, Trial, wanted},
};

pub(super) async fn bytes<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let every: Vec<u8> = (0..=255).collect();
    let bodies: [(&str, &[u8]); 9] = [
        ("empty", b""),
        ("NUL", b"\0"),
        ("NULs", b"a\0b\0"),
        ("0xFF", b"\xff"),
        ("line ends", b"\r\n\r\n"),
        ("JSON with spaces", b"{ \"b\": 1.0, \"a\": \"\\u0000\", \"a\": 1e400 }\n"),
        ("escapes", br"\x00'%s\"),
        ("every byte", &every),
        ("1 MiB", &every.repeat(4096)),
    ];
    for (body, bytes) in bodies {
        let request = request(ENDPOINT, bytes)?.content_type(Some("text/plain; charset=\"x\""));
        let request = request.traceparent(Some(TRACE));
        is_kept(&trial, Entry::new(None, request), &format!("the body: {body}")).await?;
    }
    let request = request(ENDPOINT, b"{}")?;
    is_kept(&trial, Entry::new(None, request.clone()), "no content type, no trace").await?;
    let objects: [(&str, Option<i64>); 4] =
        [("o", None), ("O", Some(0)), ("it's \"\u{1f980}\"", Some(i64::MIN)), ("", Some(i64::MAX))];
    for (object, version) in objects {
        let entry = Entry::new(None, request.clone()).about(object, version);
        is_kept(&trial, entry, &format!("the object {object:?}, version {version:?}")).await?;
    }
    Ok(())
}

/// Accepts and takes a delivery, and compares.
async fn is_kept<S: InboxStore>(trial: &Trial<S>, entry: Entry, what: &str) -> Outcome {
    trial.is_new(&entry, what).await?;
    let taken = trial.take(&wanted(LONG)).await?;
    let [taken] = &taken[..] else {
        return Err(format!("{what}: one delivery was due, and {} were taken", taken.len()));
    };
    let (kept, given) = (trial::request(taken)?, entry.request());
    if kept != *given {
        let (kept, given) = (kept.body().len(), given.body().len());
        return Err(format!(
            "{what}: the request that was taken (body: {kept} bytes) differs from the one that was \
             accepted (body: {given} bytes)"
        ));
    }
    let object = entry.object().map(|object| (object.into(), entry.version()));
    if taken.object != object {
        return Err(format!("{what}: the object that was taken is {:?}", taken.object));
    }
    trial.finishes(&taken.held, what).await
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
