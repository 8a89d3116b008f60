//! The budgets of the figures.

use countersign_bench::{
    Bound, Report,
    servers::{Framework, Handler},
};

use crate::{dispatch, flat, frames, table::Measured};

/// Budgets 5, 6 and 9b.
pub(crate) fn add(report: &mut Report, measured: &Measured, size: usize) {
    let size_text = format!("{} KiB", size / 1024);
    for (number, framework, name) in
        [("5", Framework::Axum, "axum"), ("6", Framework::Actix, "actix-web")]
    {
        let limit = measured.server(framework, Handler::Raw);
        let over = |handler| measured.server(framework, handler).over(limit).median();
        for (handler, bound) in [(Handler::Extractor, 1.05), (Handler::Behind, 1.15)] {
            let what = format!("{name} {size_text}: {} / (bare + HMAC)", handler.name());
            report.budget(number, &what, over(handler), Bound::AtMost(bound));
        }
    }
    let bound = Bound::AtLeast(if size > 1024 { 1.15 } else { 1.03 });
    let json = measured.server(Framework::Axum, Handler::Json);
    let faster = json.over(measured.server(Framework::Axum, Handler::Event)).median();
    let what = format!("axum {size_text}: unverified Json / Webhook, times as fast");
    report.budget("9b", &what, faster, bound);
    let faster = measured.ratio(flat::JSON, flat::EVENT);
    let what = format!("axum {size_text}: unverified Json / Webhook<flat::Event>, times as fast");
    report.budget("9b", &what, faster, bound);
}

/// Budget 10.
pub(crate) fn add_frames(report: &mut Report, measured: &Measured) {
    let ratio = measured.ratio(frames::OURS, frames::COLLECTED);
    report.budget("10", "last of 64 frames to the answer, 1 MiB", ratio, Bound::AtMost(0.2));
}

/// Budget 19.
pub(crate) fn add_dispatch(report: &mut Report, measured: &Measured) {
    for (ours, base) in [
        (dispatch::EVENTS, dispatch::MATCH),
        (dispatch::EVENTS_HEADER, dispatch::MATCH_HEADER),
        (dispatch::EVENTS_ACTION, dispatch::MATCH_HEADER),
    ] {
        let ratio = measured.ratio(ours, base);
        report.budget("19", &format!("{ours} / match"), ratio, Bound::AtMost(1.05));
    }
}
