//! Tests of data that is read without its type.

use serde::Deserialize;

use super::*;
use crate::{
    Provider,
    event::Delivery,
    providers::{PagerDuty, XWebhookSignature},
};

#[derive(Debug, PartialEq, Deserialize)]
struct Invoice {
    total: u8,
}

fn data<P: Provider, T: serde::de::DeserializeOwned>(body: &str) -> Result<T, PayloadError> {
    let headers: &[(&str, &str)] = &[];
    Delivery::new(body.as_bytes(), Cow::Owned(P::EVENT), None, headers).data()
}

type Read = fn(&str) -> Result<Invoice, PayloadError>;

#[test]
fn is_read_from_the_place_of_the_provider() {
    let rows: [(Read, &str); 7] = [
        (data::<XWebhookSignature, _>, r#"{"type":"a","data":{"total":12},"x":[{"data":1}]}"#),
        (data::<XWebhookSignature, _>, r#"{"data":{"total":12}}"#),
        (data::<XWebhookSignature, _>, r#"{"data":{"total":1},"d\u0061ta":{"total":12}}"#),
        (data::<XWebhookSignature, _>, r#"{"data":0,"data":{"total":12}}"#),
        (data::<PagerDuty, _>, r#"{"event":{"data":{"total":12}},"data":{"total":1}}"#),
        (data::<GitHub, _>, r#"{"total":12,"data":{"total":1}}"#),
        (data::<GitHub, _>, "payload=%7B%22total%22%3A12%7D"),
    ];
    for (read, body) in rows {
        assert_eq!(read(body), Ok(Invoice { total: 12 }), "{body}");
    }
}

#[test]
fn counts_as_null_if_it_is_absent() {
    for body in ["{}", r#"{"data":null}"#, r#"{"Data":{"total":1}}"#] {
        assert_eq!(data::<XWebhookSignature, Option<Invoice>>(body), Ok(None), "{body}");
        let error = data::<XWebhookSignature, Invoice>(body).unwrap_err();
        assert_eq!((error.kind(), error.path()), (Kind::WrongShape, Some("data")), "{body}");
    }
    assert_eq!(data::<PagerDuty, Option<Invoice>>(r#"{"event":{}}"#), Ok(None));
}

#[test]
fn reports_the_place_of_an_error() {
    let error =
        data::<XWebhookSignature, Invoice>("{\"data\":\n {\"total\": \"12\"}}").unwrap_err();
    assert_eq!((error.kind(), error.path()), (Kind::WrongShape, Some("data.total")));
    assert_eq!(error.line(), 2);
    for (body, expected) in [
        ("", Kind::NotJson),
        (r#"{"data":{"total":12}"#, Kind::NotJson),
        (r#"{"data":{"total":12}}x"#, Kind::NotJson),
        ("[]", Kind::NotAnObject),
    ] {
        let kind = data::<XWebhookSignature, Invoice>(body).unwrap_err().kind();
        assert_eq!(kind, expected, "{body}");
    }
    assert_eq!(data::<GitHub, Invoice>("[]").unwrap_err().kind(), Kind::WrongShape);
}
