//! Secrets that are looked up for the tenant in the path.

use super::*;

fn to(tenant: &str) -> Post {
    Post::to(&format!("/tenants/{tenant}")).body(EVENT)
}

fn done(secret: u8) -> Answer {
    told("per-tenant", Some("user.created"), Some("evt_1"), secret, EVENT.as_bytes())
}

fn accepts(name: &'static str, bytes: Vec<u8>, secret: u8) -> Row {
    Row::ours(name, send(bytes), vec![done(secret)]).effects(["evt_1"])
}

fn unavailable(name: &'static str, bytes: Vec<u8>) -> Row {
    Row::ours(name, send(bytes), vec![cut_off(503, "Service unavailable")])
}

pub(super) fn rows() -> Vec<Row> {
    let long = "a".repeat(300);
    let large = "x".repeat(70_000);
    let oversized = "x".repeat(LIMIT + 1);
    vec![
        accepts("tenant, genuine", to("acme").signed().bytes(), 0),
        accepts("tenant, retired secret", to("acme").signed_with(PREVIOUS).bytes(), 1),
        accepts("tenant, another tenant", to("other").signed_with("secret of other").bytes(), 0),
        accepts("tenant, chunked", to("acme").signed().chunked(&[5], ""), 0),
        accepts("tenant, with a query", to("acme?x=/other").signed().bytes(), 0),
        refuses("tenant, forged", to("acme").forged().bytes()),
        refuses(
            "tenant, another tenant's secret",
            to("acme").signed_with("secret of other").bytes(),
        ),
        refuses("tenant, the secret of one tenant for another", to("other").signed().bytes()),
        refuses("tenant, unknown", to("nobody").signed().bytes()),
        refuses(
            "tenant, unknown, signed with the stand-in key",
            to("x").signed_with("nobody").bytes(),
        ),
        refuses("tenant, in capitals", to("ACME").signed().bytes()),
        refuses("tenant, percent-encoded", to("%61cme").signed().bytes()),
        refuses("tenant, with a NUL", to("acme%00").signed().bytes()),
        refuses("tenant, with a long name", to(&long).signed().bytes()),
        refuses("tenant, 70,000 bytes forged", to("acme").body(&large).forged().bytes()),
        refuses("tenant, 70,000 bytes, unknown", to("nobody").body(&large).forged().bytes()),
        refuses("tenant, unsigned", to("acme").bytes()),
        refuses("tenant, unsigned where the lookup fails", to("broken").bytes()),
        refuses("tenant, malformed where the lookup hangs", {
            to("slow").field("X-Webhook-Signature: 00").bytes()
        }),
        closes("tenant, unsigned and large", to("slow").declaring(70_000)),
        Row::ours(
            "tenant, over the limit",
            send(to("broken").signed().declaring(LIMIT + 1)),
            vec![too_large()],
        ),
        Row::ours(
            "tenant, growing over the limit, unknown",
            send(to("nobody").body(oversized).forged().chunked(&[10_000], "")),
            vec![too_large()],
        ),
        unavailable("tenant, the lookup fails", to("broken").signed().bytes()),
        unavailable("tenant, the lookup fails, forged", to("broken").forged().bytes()),
        Row::ours(
            "tenant, pipelined",
            send([to("acme").signed().bytes(), to("nobody").signed().bytes()].concat()),
            vec![done(0), refused()],
        )
        .effects(["evt_1"]),
    ]
}
