//! One handler for each of 100 types of events, beside a `match` over an enum of them.

use std::hint::black_box;

use axum::{Router, http::StatusCode, routing::post};
use countersign::{
    EventData, FromLayer, Provider, Secret, Verifier, Webhook,
    axum::Events,
    events,
    providers::{GitHub, XWebhookSignature},
    tower::VerifyLayer,
};
use countersign_bench::{Delivery, Payment, SECRET, Whole, servers::PATH};
use tower::Layer;

use crate::{axum::timed, table::Entry};

// The type of the delivery is in the middle of each enum.
events! {
    enum InBody for XWebhookSignature {
        "type.00" => T00(Payment), "type.01" => T01(Payment), "type.02" => T02(Payment),
        "type.03" => T03(Payment), "type.04" => T04(Payment), "type.05" => T05(Payment),
        "type.06" => T06(Payment), "type.07" => T07(Payment), "type.08" => T08(Payment),
        "type.09" => T09(Payment), "type.10" => T10(Payment), "type.11" => T11(Payment),
        "type.12" => T12(Payment), "type.13" => T13(Payment), "type.14" => T14(Payment),
        "type.15" => T15(Payment), "type.16" => T16(Payment), "type.17" => T17(Payment),
        "type.18" => T18(Payment), "type.19" => T19(Payment), "type.20" => T20(Payment),
        "type.21" => T21(Payment), "type.22" => T22(Payment), "type.23" => T23(Payment),
        "type.24" => T24(Payment), "type.25" => T25(Payment), "type.26" => T26(Payment),
        "type.27" => T27(Payment), "type.28" => T28(Payment), "type.29" => T29(Payment),
        "type.30" => T30(Payment), "type.31" => T31(Payment), "type.32" => T32(Payment),
        "type.33" => T33(Payment), "type.34" => T34(Payment), "type.35" => T35(Payment),
        "type.36" => T36(Payment), "type.37" => T37(Payment), "type.38" => T38(Payment),
        "type.39" => T39(Payment), "type.40" => T40(Payment), "type.41" => T41(Payment),
        "type.42" => T42(Payment), "type.43" => T43(Payment), "type.44" => T44(Payment),
        "type.45" => T45(Payment), "type.46" => T46(Payment), "type.47" => T47(Payment),
        "type.48" => T48(Payment), "type.49" => T49(Payment), "payment.succeeded" => Succeeded(Payment),
        "type.50" => T50(Payment), "type.51" => T51(Payment), "type.52" => T52(Payment),
        "type.53" => T53(Payment), "type.54" => T54(Payment), "type.55" => T55(Payment),
        "type.56" => T56(Payment), "type.57" => T57(Payment), "type.58" => T58(Payment),
        "type.59" => T59(Payment), "type.60" => T60(Payment), "type.61" => T61(Payment),
        "type.62" => T62(Payment), "type.63" => T63(Payment), "type.64" => T64(Payment),
        "type.65" => T65(Payment), "type.66" => T66(Payment), "type.67" => T67(Payment),
        "type.68" => T68(Payment), "type.69" => T69(Payment), "type.70" => T70(Payment),
        "type.71" => T71(Payment), "type.72" => T72(Payment), "type.73" => T73(Payment),
        "type.74" => T74(Payment), "type.75" => T75(Payment), "type.76" => T76(Payment),
        "type.77" => T77(Payment), "type.78" => T78(Payment), "type.79" => T79(Payment),
        "type.80" => T80(Payment), "type.81" => T81(Payment), "type.82" => T82(Payment),
        "type.83" => T83(Payment), "type.84" => T84(Payment), "type.85" => T85(Payment),
        "type.86" => T86(Payment), "type.87" => T87(Payment), "type.88" => T88(Payment),
        "type.89" => T89(Payment), "type.90" => T90(Payment), "type.91" => T91(Payment),
        "type.92" => T92(Payment), "type.93" => T93(Payment), "type.94" => T94(Payment),
        "type.95" => T95(Payment), "type.96" => T96(Payment), "type.97" => T97(Payment),
        "type.98" => T98(Payment),
    }
}

events! {
    enum InHeader for GitHub {
        "type.00" => T00(Whole), "type.01" => T01(Whole), "type.02" => T02(Whole),
        "type.03" => T03(Whole), "type.04" => T04(Whole), "type.05" => T05(Whole),
        "type.06" => T06(Whole), "type.07" => T07(Whole), "type.08" => T08(Whole),
        "type.09" => T09(Whole), "type.10" => T10(Whole), "type.11" => T11(Whole),
        "type.12" => T12(Whole), "type.13" => T13(Whole), "type.14" => T14(Whole),
        "type.15" => T15(Whole), "type.16" => T16(Whole), "type.17" => T17(Whole),
        "type.18" => T18(Whole), "type.19" => T19(Whole), "type.20" => T20(Whole),
        "type.21" => T21(Whole), "type.22" => T22(Whole), "type.23" => T23(Whole),
        "type.24" => T24(Whole), "type.25" => T25(Whole), "type.26" => T26(Whole),
        "type.27" => T27(Whole), "type.28" => T28(Whole), "type.29" => T29(Whole),
        "type.30" => T30(Whole), "type.31" => T31(Whole), "type.32" => T32(Whole),
        "type.33" => T33(Whole), "type.34" => T34(Whole), "type.35" => T35(Whole),
        "type.36" => T36(Whole), "type.37" => T37(Whole), "type.38" => T38(Whole),
        "type.39" => T39(Whole), "type.40" => T40(Whole), "type.41" => T41(Whole),
        "type.42" => T42(Whole), "type.43" => T43(Whole), "type.44" => T44(Whole),
        "type.45" => T45(Whole), "type.46" => T46(Whole), "type.47" => T47(Whole),
        "type.48" => T48(Whole), "type.49" => T49(Whole), "push" => Push(Whole),
        "type.50" => T50(Whole), "type.51" => T51(Whole), "type.52" => T52(Whole),
        "type.53" => T53(Whole), "type.54" => T54(Whole), "type.55" => T55(Whole),
        "type.56" => T56(Whole), "type.57" => T57(Whole), "type.58" => T58(Whole),
        "type.59" => T59(Whole), "type.60" => T60(Whole), "type.61" => T61(Whole),
        "type.62" => T62(Whole), "type.63" => T63(Whole), "type.64" => T64(Whole),
        "type.65" => T65(Whole), "type.66" => T66(Whole), "type.67" => T67(Whole),
        "type.68" => T68(Whole), "type.69" => T69(Whole), "type.70" => T70(Whole),
        "type.71" => T71(Whole), "type.72" => T72(Whole), "type.73" => T73(Whole),
        "type.74" => T74(Whole), "type.75" => T75(Whole), "type.76" => T76(Whole),
        "type.77" => T77(Whole), "type.78" => T78(Whole), "type.79" => T79(Whole),
        "type.80" => T80(Whole), "type.81" => T81(Whole), "type.82" => T82(Whole),
        "type.83" => T83(Whole), "type.84" => T84(Whole), "type.85" => T85(Whole),
        "type.86" => T86(Whole), "type.87" => T87(Whole), "type.88" => T88(Whole),
        "type.89" => T89(Whole), "type.90" => T90(Whole), "type.91" => T91(Whole),
        "type.92" => T92(Whole), "type.93" => T93(Whole), "type.94" => T94(Whole),
        "type.95" => T95(Whole), "type.96" => T96(Whole), "type.97" => T97(Whole),
        "type.98" => T98(Whole),
    }
}

pub(crate) const MATCH: &str = "axum: match over 100 types in the body";
pub(crate) const EVENTS: &str = "axum: Events of 100 types in the body";
pub(crate) const MATCH_HEADER: &str = "axum: match over 100 types in a header";
pub(crate) const EVENTS_HEADER: &str = "axum: Events of 100 types in a header";
pub(crate) const EVENTS_ACTION: &str = "axum: Events of 100 types in a header, and their actions";

pub(crate) fn subjects(size: usize) -> Vec<Entry> {
    async fn match_body(FromLayer(webhook): FromLayer<Webhook<InBody>>) -> StatusCode {
        match webhook.event {
            InBody::Succeeded(payment) => drop(black_box(payment)),
            other => drop(black_box(other)),
        }
        StatusCode::OK
    }
    async fn match_header(FromLayer(webhook): FromLayer<Webhook<InHeader>>) -> StatusCode {
        match webhook.event {
            InHeader::Push(push) => drop(black_box(push)),
            other => drop(black_box(other)),
        }
        StatusCode::OK
    }
    async fn on_payment(EventData(payment): EventData<Payment>) -> StatusCode {
        black_box(payment);
        StatusCode::OK
    }
    async fn on_push(EventData(push): EventData<Whole>) -> StatusCode {
        black_box(push);
        StatusCode::OK
    }
    let (plain, github) = (Delivery::plain(size), Delivery::github(size));
    let events = events_of::<XWebhookSignature>().on("payment.succeeded", on_payment);
    let of_header = events_of::<GitHub>().on("push", on_push);
    let of_action = of_header.clone().on("push.created", on_push);
    let entry = |name, base, router, delivery| {
        Entry::new(name, base, None, timed(router, delivery, StatusCode::OK))
    };
    vec![
        entry(MATCH, MATCH, behind_layer::<XWebhookSignature>(post(match_body)), &plain),
        entry(EVENTS, MATCH, service::<XWebhookSignature>(events), &plain),
        entry(MATCH_HEADER, MATCH_HEADER, behind_layer::<GitHub>(post(match_header)), &github),
        entry(EVENTS_HEADER, MATCH_HEADER, service::<GitHub>(of_header), &github),
        entry(EVENTS_ACTION, MATCH_HEADER, service::<GitHub>(of_action), &github),
    ]
}

fn verifier<P: Provider>() -> Verifier<P> {
    Verifier::new(Secret::new(SECRET).unwrap()).unwrap()
}

/// A table with 99 types.
fn events_of<P: Provider>() -> Events {
    (0..99).fold(Events::new(&verifier::<P>()), |events, number| {
        events.on(&format!("type.{number:02}"), async || StatusCode::OK)
    })
}

fn behind_layer<P: Provider>(handler: axum::routing::MethodRouter) -> Router {
    Router::new().route(PATH, handler).route_layer(VerifyLayer::new(verifier::<P>()))
}

fn service<P: Provider>(events: Events) -> Router {
    let service = VerifyLayer::new(verifier::<P>()).layer(events.with_state(()));
    Router::new().route_service(PATH, service)
}
