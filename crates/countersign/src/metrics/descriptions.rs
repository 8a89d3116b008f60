//! The descriptions and units of the metrics, for the recorder.

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

use super::{
    ATTEMPTS, BODY, DELIVERIES, EVENTS, HANDLE_DURATION, INBOX_DELIVERIES, INBOX_OLDEST_READY,
    INBOX_UP, LAG, LAST_DELIVERY, MATCHES, RECEIVE_DURATION, REJECTIONS,
};

/// Describes all metrics.
pub(super) fn describe() {
    describe_counter!(DELIVERIES, Unit::Count, "Deliveries of webhooks, by their verdict.");
    describe_counter!(EVENTS, Unit::Count, "Claims of events, by their result.");
    describe_counter!(REJECTIONS, Unit::Count, "Rejections, by their reason.");
    describe_histogram!(RECEIVE_DURATION, Unit::Seconds, "Time from the headers to the verdict.");
    describe_histogram!(BODY, Unit::Bytes, "Length of the signed text of accepted deliveries.");
    describe_counter!(
        MATCHES,
        Unit::Count,
        "Accepted deliveries, by the secret and the body form that matched."
    );
    describe_histogram!(
        LAG,
        Unit::Seconds,
        "Age of the signed time at the verdict, for accepted deliveries."
    );
    describe_gauge!(
        LAST_DELIVERY,
        Unit::Seconds,
        "Time of the last accepted delivery, in seconds since 1970."
    );
    describe_histogram!(
        HANDLE_DURATION,
        Unit::Seconds,
        "Time from the verdict to the answer of the handler, or of one attempt of an inbox."
    );
    describe_counter!(ATTEMPTS, Unit::Count, "Attempts of an inbox, by their outcome.");
    describe_gauge!(
        INBOX_DELIVERIES,
        Unit::Count,
        "Deliveries of an inbox that are not done, by their state."
    );
    describe_gauge!(
        INBOX_OLDEST_READY,
        Unit::Seconds,
        "Time since the oldest delivery that is ready became due."
    );
    describe_gauge!(INBOX_UP, Unit::Count, "1 while a worker reaches the engine of its inbox.");
}
