//! The command that sends the deliveries of the examples' pages.

use std::{collections::BTreeSet, error::Error, process::Command};

use axum::{Router, routing::post};
use countersign::{Provider, Secret, Verifier, Webhook, event::OpenEvent, providers::*};
use countersign_tests::serve;
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

/// A secret in the form that Standard Webhooks require. For the other providers, its text is the
/// key.
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const PRIVATE: &str = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
const PUBLIC: &str = "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
const SIGNED_URL: &str = "https://example.com/square";

fn route<P: Provider>(verifier: Verifier<P>) -> Router {
    let handler = async |_: Webhook<OpenEvent<P>>| {};
    Router::new().route(&format!("/{}", P::NAME), post(handler)).with_state(verifier)
}

fn receiver<P: Provider>() -> Router {
    let secret = if P::NAME == StandardWebhooksEd25519::NAME { PUBLIC } else { SECRET };
    route(Verifier::<P>::new(Secret::new(secret).unwrap()).unwrap())
}

fn all_receivers() -> Router {
    macro_rules! receivers {
        ($($provider:ident),*) => { Router::new()$(.merge(receiver::<$provider>()))* };
    }
    let square = Verifier::with_url(Secret::new(SECRET).unwrap(), SIGNED_URL).unwrap();
    receivers!(
        Clerk,
        Dropbox,
        ElevenLabs,
        GitHub,
        Gitea,
        Gogs,
        Hookdeck,
        Linear,
        Meta,
        OpenAI,
        Paddle,
        PagerDuty,
        Replicate,
        Resend,
        Respan,
        Sentry,
        Shopify,
        Slack,
        SpeakNode,
        StandardWebhooks,
        StandardWebhooksEd25519,
        Stripe,
        Vercel,
        Webflow,
        WooCommerce,
        XWebhookSignature,
        Zoom
    )
    .merge(route::<Square>(square))
}

fn countersign(arguments: &[&str]) -> Command {
    let mut command = Command::new(countersign_tests::countersign());
    command.args(arguments).env("COUNTERSIGN_SECRET", SECRET);
    command
}

fn send(provider: &str, url: &str) -> Command {
    countersign(&["--json", "send", provider, url])
}

/// Returns the exit code, and the line of the only attempt.
fn answer(command: &mut Command) -> Result<(Option<i32>, Value), Box<dyn Error>> {
    let output = command.output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = serde_json::from_slice(&output.stdout).map_err(|_| errors.into_owned())?;
    Ok((output.status.code(), line))
}

#[test]
fn signs_for_each_provider() -> Outcome {
    let output = countersign(&["--json", "providers"]).output()?;
    let providers = String::from_utf8(output.stdout)?;
    let names: BTreeSet<_> = providers
        .lines()
        .map(|line| {
            Ok::<_, serde_json::Error>(serde_json::from_str::<Value>(line)?["name"].clone())
        })
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), 28);
    let addr = serve(all_receivers());
    for name in names {
        let command = || {
            let mut command = send(&name, &format!("http://{addr}/{name}"));
            if name == StandardWebhooksEd25519::NAME {
                command.env("COUNTERSIGN_SECRET", PRIVATE);
            }
            command.args(["--signed-url", SIGNED_URL]);
            command
        };
        let (code, line) = answer(&mut command())?;
        assert_eq!((code, &line["status"]), (Some(0), &200.into()), "{name}: {line}");
        for option in ["--tamper", "--unsigned"] {
            let (code, line) = answer(command().arg(option))?;
            assert_eq!((code, &line["status"]), (Some(1), &401.into()), "{name} {option}: {line}");
        }
    }
    Ok(())
}

#[test]
fn changes_members_of_the_sample() -> Outcome {
    let echo = Router::new().route("/", post(async |body: String| body));
    let url = format!("http://{}/", serve(echo));
    for (members, body) in [
        (
            &["created_at="][..],
            r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë","email":"zoe@example.com","status":"active"}}"#,
        ),
        (
            &[
                "id=evt_2",
                "created_at=",
                "data.name=",
                "data.email=",
                "data.status=",
                "data.cents:=5",
                "a.b=c=d",
            ],
            r#"{"id":"evt_2","type":"user.created","data":{"id":"u_1","cents":5},"a":{"b":"c=d"}}"#,
        ),
    ] {
        let (_, line) = answer(send("x-webhook-signature", &url).args(members))?;
        assert_eq!(line["answer"], body);
    }
    let (_, line) = answer(send("github", &url).args(["--text", "no JSON"]))?;
    assert_eq!(line["answer"], "no JSON");
    Ok(())
}

#[test]
fn names_a_mistake() -> Outcome {
    for (command, code, complaint) in [
        (send("strip", "http://127.0.0.1:1").arg("a=b"), 2, "'strip'"),
        (&mut send("stripe", "http://127.0.0.1:1"), 3, "no answer to 1"),
        (&mut send("stripe", "ftp://127.0.0.1:1"), 2, "ftp is not supported"),
        (send("stripe", "http://127.0.0.1:1").arg("type"), 3, "type"),
        (send("stripe", "http://127.0.0.1:1").arg("type.a=b"), 2, "type"),
        (send("stripe", "http://127.0.0.1:1").arg("data:={"), 2, "data:={"),
        (
            send("stripe", "http://127.0.0.1:1").env_remove("COUNTERSIGN_SECRET"),
            2,
            "variable COUNTERSIGN_SECRET: not set",
        ),
        (&mut send(StandardWebhooksEd25519::NAME, "http://127.0.0.1:1"), 2, "whsk_"),
    ] {
        let output = command.output()?;
        let error = String::from_utf8(output.stderr)?;
        assert_eq!(output.status.code(), Some(code), "{complaint}: {error}");
        assert!(error.contains(complaint), "{complaint}: {error}");
    }
    Ok(())
}
