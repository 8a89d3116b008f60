//! Tests of the exact bytes that are written in each format.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::*;
use crate::providers::{GitHub, Stripe};

const BODY: &[u8] = br#"{"id":"evt_1","type":"invoice.paid"}"#;

fn stripe() -> Result<StoredDelivery, Box<dyn Error + Send + Sync>> {
    sample(&verifier_of::<Stripe>("key")?.endpoint("stripe-eu"), "key", BODY, &[])
}

/// The signature of the sample.
fn signature(stored: &StoredDelivery) -> String {
    let (_, value) = stored.headers().next().unwrap();
    String::from_utf8(value.to_vec()).unwrap()
}

#[test]
fn writes_the_documented_json() -> Outcome {
    let stored = stripe()?;
    let expected = json!({
        "version": 1,
        "provider": "stripe",
        "endpoint": "stripe-eu",
        "tenant": null,
        "id": "evt_1",
        "id_signed": true,
        "type": "invoice.paid",
        "type_signed": true,
        "signed_id": null,
        "form": "wire",
        "secret_index": 0,
        "received_at": 1_700_000_000_250_u64,
        "signed_at": 1_700_000_000_000_u64,
        "headers": [{ "name": "Stripe-Signature", "value": { "text": signature(&stored) } }],
        "body": { "text": r#"{"id":"evt_1","type":"invoice.paid"}"# },
    });
    assert_eq!(serde_json::to_value(&stored)?, expected);
    let text = serde_json::to_string(&stored)?;
    assert!(text.starts_with(r#"{"version":1,"provider":"stripe","#), "{text}");
    Ok(())
}

#[test]
fn writes_the_documented_members_in_order_where_a_format_has_no_names() -> Outcome {
    let stored = stripe()?;
    let value = signature(&stored);
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let expected = [
        vec![1],
        text("stripe"),
        text("stripe-eu"),
        vec![0],
        [vec![1], text("evt_1"), vec![1]].concat(),
        [vec![1], text("invoice.paid"), vec![1]].concat(),
        vec![0],
        text("wire"),
        vec![0],
        postcard::to_allocvec(&1_700_000_000_250_i64)?,
        postcard::to_allocvec(&Some(1_700_000_000_000_i64))?,
        [vec![1], text("Stripe-Signature"), text(&value)].concat(),
        text(std::str::from_utf8(BODY)?),
    ];
    assert_eq!(postcard::to_allocvec(&stored)?, expected.concat());
    Ok(())
}

#[test]
fn writes_base64_only_for_bytes_that_are_not_text() -> Outcome {
    let verifier = verifier_of::<GitHub>("key")?;
    for (body, member) in [
        (&b""[..], json!({ "text": "" })),
        ("\"é\u{1f980}\n\"".as_bytes(), json!({ "text": "\"é\u{1f980}\n\"" })),
        (b"\xff\0", json!({ "base64": "/wA=" })),
        // This is UTF-8, but `jsonb` cannot hold U+0000.
        (b"a\0", json!({ "base64": "YQA=" })),
        // The escape has six characters, and U+0000 is not one of them.
        (br#""\u0000""#, json!({ "text": r#""\u0000""# })),
    ] {
        let stored = sample(&verifier, "key", body, &[])?;
        assert_eq!(serde_json::to_value(&stored)?["body"], member);
        round_trip(&stored)?;
    }
    // These bodies are longer than the buffers of the formats.
    for byte in [b'x', 0xff] {
        round_trip(&sample(&verifier, "key", &[byte; 100_000], &[])?)?;
    }
    Ok(())
}

#[test]
fn reads_members_that_it_does_not_know() -> Outcome {
    let stored = stripe()?;
    let mut json = serde_json::to_value(&stored)?;
    json["later"] = json!({ "a": [1] });
    json["headers"][0]["later"] = json!(1);
    assert!(serde_json::from_value::<StoredDelivery>(json)? == stored);

    let mut cbor = ciborium::Value::serialized(&stored)?;
    let members = cbor.as_map_mut().unwrap();
    members.insert(1, (ciborium::Value::from("later"), ciborium::Value::from(1)));
    assert!(cbor.deserialized::<StoredDelivery>()? == stored);
    Ok(())
}

#[test]
fn rejects_an_unknown_version_and_says_so() -> Outcome {
    const MESSAGE: &str = "the stored delivery has version 2 of the format, and this release of \
                           countersign-core reads version 1";
    let stored = stripe()?;
    let mut json = serde_json::to_value(&stored)?;
    json["version"] = json!(2);
    let error = serde_json::from_value::<StoredDelivery>(json).unwrap_err();
    assert_eq!(error.to_string(), MESSAGE);
    let error = serde_json::from_str::<StoredDelivery>(r#"{"later":1,"version":2}"#).unwrap_err();
    assert!(error.to_string().starts_with(MESSAGE), "{error}");

    let mut bytes = postcard::to_allocvec(&stored)?;
    bytes[0] = 2;
    assert!(postcard::from_bytes::<StoredDelivery>(&bytes).is_err());
    assert_eq!(StoredDelivery::VERSION, 1);
    Ok(())
}

#[test]
fn rejects_what_is_no_stored_delivery() -> Outcome {
    let changed = |member: &str, value: Value| {
        let mut json = serde_json::to_value(stripe().unwrap()).unwrap();
        json[member] = value;
        serde_json::from_value::<StoredDelivery>(json).is_err()
    };
    assert!(changed("body", json!({})));
    assert!(changed("body", json!({ "text": "", "base64": "" })));
    assert!(changed("body", json!({ "base64": "/w" })));
    assert!(changed("body", json!({ "base64": "/w==\n" })));
    assert!(changed("received_at", json!("2025-01-01T00:00:00Z")));
    assert!(changed("version", json!(null)));
    assert!(changed("secret_index", json!(-1)));
    assert!(!changed("signed_at", json!(-1)));
    Ok(())
}

#[test]
fn hides_the_payload_and_the_values_of_headers_in_debug() -> Outcome {
    let more = [("X-GitHub-Event", "hidden"), ("X-GitHub-Delivery", "hidden")];
    let stored = sample(&verifier_of::<GitHub>("key")?, "key", b"hidden", &more)?;
    let expected = "StoredDelivery { provider: \"github\", endpoint: \"github\", form: \"wire\", \
                    headers: [\"X-Hub-Signature-256\", \"X-GitHub-Delivery\", \
                    \"X-GitHub-Event\"], length: 6, .. }";
    assert_eq!(format!("{stored:?}"), expected);
    Ok(())
}

#[test]
fn is_read_within_tagged_untagged_and_flattened_types() -> Outcome {
    #[derive(PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Webhook(StoredDelivery),
    }
    #[derive(PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Webhook(StoredDelivery),
    }
    #[derive(PartialEq, Serialize, Deserialize)]
    struct Flattened {
        attempt: u8,
        #[serde(flatten)]
        delivery: StoredDelivery,
    }
    fn round_trip<T: PartialEq + Serialize + DeserializeOwned>(value: &T) -> Outcome {
        assert!(serde_json::from_value::<T>(serde_json::to_value(value)?)? == *value);
        let mut cbor = Vec::new();
        ciborium::into_writer(value, &mut cbor)?;
        assert!(ciborium::from_reader::<T, _>(&cbor[..])? == *value);
        Ok(())
    }
    for body in [&b"{}"[..], b"\xff\0"] {
        let stored = || sample(&verifier_of::<GitHub>("key")?, "key", body, &[]);
        round_trip(&Tagged::Webhook(stored()?))?;
        round_trip(&Untagged::Webhook(stored()?))?;
        round_trip(&Flattened { attempt: 1, delivery: stored()? })?;
    }
    Ok(())
}

#[test]
fn keeps_no_id_and_no_type_that_jsonb_does_not_hold() -> Outcome {
    let body = br#"{"id":"a\u0000b","type":"c\u0000d","data":{}}"#;
    let stored = sample(&verifier_of::<Stripe>("key")?, "key", body, &[])?;
    assert_eq!((stored.id(), stored.event_type()), (None, None));
    assert_eq!(&**stored.body(), body);
    round_trip(&stored)
}
