//! Notes of all kinds of bytes.

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, Trial, lease},
};

pub(super) async fn bytes<S: Store>(trial: Trial<S>) -> Outcome {
    let every: Vec<u8> = (0..=255).collect();
    let notes: [(&str, &[u8]); 8] = [
        ("empty", b""),
        ("NUL", b"\0"),
        ("NULs", b"a\0b\0"),
        ("0xFF", b"\xff"),
        ("line-ends", b"\r\n\r\n"),
        ("escapes", br"\x00'%s\"),
        ("every-byte", &every),
        ("64-KiB", &every.repeat(256)),
    ];
    for (id, note) in notes {
        let one = lease(id);
        trial.is_fresh(&one, LONG, id).await?;
        trial.completes(&one, LONG, note, Settled::Applied, id).await?;
        trial.is_done(&lease(id), note, id).await?;
    }
    Ok(())
}
