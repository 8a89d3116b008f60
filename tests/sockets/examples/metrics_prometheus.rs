//! Scrapes the example after a mixed load.

use std::{
    collections::BTreeMap,
    error::Error,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use countersign::metrics::{
    BODY, DELIVERIES, EVENTS, HANDLE_DURATION, LAG, LAST_DELIVERY, MATCHES, RECEIVE_DURATION,
    REJECTIONS,
};
use countersign_tests::{Example, Program, Wire, delivery, follow, signature};

type Outcome = Result<(), Box<dyn Error>>;

fn example() -> Command {
    let mut command = Example("metrics-prometheus").command();
    command.env("STRIPE_WEBHOOK_SECRET", "whsec_secret");
    command
}

/// Returns the values of all series, by their names and labels as Prometheus reads them.
fn scrape(program: &Program) -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
    let reply =
        Wire::connect(program.addr())?.exchange("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")?;
    assert_eq!(reply.status, 200);
    let lines = reply.text().lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut series = BTreeMap::new();
    for line in lines {
        let (name, value) = line.rsplit_once(' ').ok_or("no value")?;
        series.insert(name.to_owned(), value.parse()?);
    }
    Ok(series)
}

#[test]
fn keeps_the_promises_of_its_page() -> Outcome {
    let program = Program::start(&mut example())?;
    follow(&Example("metrics-prometheus").page(), program.addr(), |_, line| {
        let output = Command::new("sh").args(["-c", line]).output()?;
        let scraped = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && scraped.contains(DELIVERIES), "{line}: {scraped}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn has_every_metric_after_a_mixed_load() -> Outcome {
    let program = Program::start(&mut example())?;
    let mut wire = Wire::connect(program.addr())?;
    for number in 0..20 {
        let event = format!(r#"{{"id":"evt_{number}","type":"user.created","data":{{"id":"u"}}}}"#);
        let genuine = delivery("/webhooks", &event);
        assert_eq!(wire.exchange(&genuine)?.status, 200);
        assert_eq!(wire.exchange(&genuine)?.text(), r#"{"duplicate":true}"#);
        assert_eq!(wire.exchange(genuine.replace("evt_", "evt-"))?.status, 401);
    }
    let unreadable = delivery("/webhooks", r#"{"id":"evt","type":"user.created"}"#);
    assert_eq!(wire.exchange(unreadable)?.status, 422);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let (signed_at, body) = (now - 90, r#"{"id":"evt_1","type":"invoice.paid","data":{}}"#);
    let tag = signature("whsec_secret", format!("{signed_at}.{body}"));
    let reply = wire.exchange(format!(
        "POST /stripe HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\
         Stripe-Signature: t={signed_at},v1={tag}\r\n\r\n{body}",
        body.len()
    ))?;
    assert_eq!((reply.status, reply.text()), (200, "invoice.paid"));

    let series = scrape(&program)?;
    let value = |name: &str, labels: &str| {
        let key = format!("{name}{{{labels}}}");
        series.get(&key).copied().ok_or_else(|| format!("{key} is not in {series:#?}"))
    };
    let ours = r#"endpoint="x-webhook-signature""#;
    let provider = r#"provider="x-webhook-signature""#;
    for (name, labels, expected) in [
        (DELIVERIES, format!(r#"{ours},{provider},outcome="accepted""#), 41.0),
        (DELIVERIES, format!(r#"{ours},{provider},outcome="rejected""#), 20.0),
        (EVENTS, format!(r#"{ours},outcome="first""#), 21.0),
        (EVENTS, format!(r#"{ours},outcome="duplicate""#), 20.0),
        (REJECTIONS, format!(r#"{ours},reason="mismatch""#), 20.0),
        (REJECTIONS, format!(r#"{ours},reason="wrong_shape""#), 1.0),
        (MATCHES, format!(r#"{ours},secret="current",form="wire""#), 41.0),
    ] {
        assert_eq!(value(name, &labels)?, expected, "{name} {labels}");
    }
    for (name, labels, count, least, most) in [
        (RECEIVE_DURATION, format!(r#"{ours},outcome="accepted""#), 41.0, 0.0, 60.0),
        (BODY, ours.to_owned(), 41.0, 41.0 * 30.0, 41.0 * 100.0),
        (LAG, r#"endpoint="stripe""#.to_owned(), 1.0, 90.0, 200.0),
        (
            HANDLE_DURATION,
            format!(r#"{ours},event_type="user.created",outcome="success""#),
            20.0,
            0.0,
            60.0,
        ),
    ] {
        assert_eq!(value(&format!("{name}_count"), &labels)?, count, "{name}");
        let sum = value(&format!("{name}_sum"), &labels)?;
        assert!(sum > least && sum < most, "{name} {sum}");
    }
    let last = value(LAST_DELIVERY, ours)?;
    assert!(last >= now as f64 - 60.0 && last < now as f64 + 3600.0, "{last}");
    Ok(())
}
