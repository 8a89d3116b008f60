//! Names that no tenant has.

use super::{Outcome, Service, undated};

#[test]
fn refuses_hostile_names_and_asks_nobody_for_them() -> Outcome {
    let Some(service) = Service::of(&["acme"])? else { return Ok(()) };
    let refusal = undated(service.deliver("acme", "whsec_wrong")?);
    assert_eq!(refusal.status, 401);
    let asked = service.postgres.log()?.matches("parameters: $1").count();

    let (long, longest) = ("a".repeat(65), "a".repeat(60_000));
    for name in [
        "'",
        "acme'--",
        "acme'%20or%20'1'='1",
        "';drop%20table%20webhook_secrets;--",
        "%27%3B%20drop%20table%20webhook_secrets%3B%20--",
        "$1",
        "\"acme\"",
        "acme%00",
        "%00acme",
        "acme%0a",
        "acme%0d%0aX:%20y",
        "%61cme",
        "ACME",
        "acme%20",
        "+acme",
        "acme;x=1",
        ".",
        "..",
        "%2e%2e",
        "..%2facme",
        "acme%2f",
        "%",
        "%zz",
        "*",
        "acm%C3%A9",
        "\u{430}cme",
        "acme\u{200b}",
        "%ff%fe",
        "webhook_secrets",
        &long,
        &longest,
    ] {
        let reply = undated(service.deliver(name, "whsec_acme")?);
        assert_eq!(reply, refusal, "{}", &name[..name.len().min(70)]);
    }
    // The one that could be a name was looked up; for all others the database was not asked.
    assert_eq!(service.lookups("webhook_secrets")?, 1);
    assert_eq!(service.postgres.log()?.matches("parameters: $1").count(), asked + 1);

    // These are the server's and the router's to refuse.
    for (name, status) in
        [(&*"a".repeat(100_000), 414), ("`acme`", 400), ("ac\0me", 400), ("", 404), ("acme/x", 404)]
    {
        assert_eq!(service.deliver(name, "whsec_acme")?.status, status, "{}", name.len());
    }
    assert_eq!(service.status("acme")?, 200);
    let table = service.postgres.execute("select * from webhook_secrets")?;
    assert_eq!(table, "acme|whsec_acme|{}");
    Ok(())
}
