//! The attempts that have ended, as the file has them.

use countersign::inbox::EndedAttempt;

use crate::time::system_time;

/// Reads the lines `[number, began at, ended at, reason]`. Lines of another form, which were
/// written by hand, are left out.
pub(super) fn read(log: &str) -> Vec<EndedAttempt> {
    log.lines().filter_map(attempt).collect()
}

fn attempt(line: &str) -> Option<EndedAttempt> {
    let (number, began_at, ended_at, reason): (u32, i64, Option<i64>, Option<String>) =
        serde_json::from_str(line).ok()?;
    Some(EndedAttempt {
        number,
        began_at: system_time(began_at),
        ended_at: ended_at.map(system_time),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_and_leaves_out_what_is_none() {
        let log = "[1,5,null,null]\nnonsense\n[2,6,7,\"a \\n b\"]\n[3,8,9,null]\n";
        let attempt = |number, began_at, ended_at: Option<i64>, reason: Option<&str>| {
            let (began_at, ended_at) = (system_time(began_at), ended_at.map(system_time));
            EndedAttempt { number, began_at, ended_at, reason: reason.map(str::to_owned) }
        };
        let attempts = [
            attempt(1, 5, None, None),
            attempt(2, 6, Some(7), Some("a \n b")),
            attempt(3, 8, Some(9), None),
        ];
        assert_eq!(read(log), attempts);
        assert_eq!(read(""), []);
    }
}
