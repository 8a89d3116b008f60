//! The program that sends deliveries.

use std::{collections::BTreeSet, error::Error, process::Command};

use axum::{Router, routing::post};
use countersign::{Provider, Secret, Verifier, Webhook, event::OpenEvent, providers::*};
use countersign_tests::{Example, serve};

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

fn send(provider: &str, url: &str) -> Command {
    let mut command = Command::new(Example("send").program());
    command.args([provider, url]).env("COUNTERSIGN_SECRET", SECRET).env("RUST_BACKTRACE", "0");
    command
}

fn stdout(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn stderr(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output()?;
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(String::from_utf8(output.stderr)?)
}

#[test]
fn signs_for_each_provider() -> Outcome {
    let help = stdout(Command::new(Example("send").program()).arg("--help"))?;
    let names = help.split_once("Providers:").unwrap().1.split_whitespace();
    let names: BTreeSet<_> = names.collect();
    assert_eq!(names.len(), 28);
    let addr = serve(all_receivers());
    for name in names {
        let command = || {
            let mut command = send(name, &format!("http://{addr}/{name}"));
            if name == StandardWebhooksEd25519::NAME {
                command.env("COUNTERSIGN_SECRET", PRIVATE);
            }
            command.args(["--signed-url", SIGNED_URL]);
            command
        };
        let answer = stdout(&mut command())?;
        assert!(answer.starts_with("200 OK in "), "{name}: {answer}");
        for option in ["--forged", "--unsigned"] {
            let answer = stdout(command().arg(option))?;
            assert!(answer.starts_with("401 Unauthorized in "), "{name} {option}: {answer}");
        }
    }
    Ok(())
}

#[test]
fn changes_members_of_the_sample() -> Outcome {
    let echo = Router::new().route("/", post(async |body: String| body));
    let url = format!("http://{}/", serve(echo));
    for (members, body) in [
        (&[][..], r#"{"data":{"id":"u_1","name":"Zoë"},"id":"evt_1","type":"user.created"}"#),
        (
            &["id=evt_2", "data.name=", "data.cents:=5", "a.b=c=d"],
            r#"{"a":{"b":"c=d"},"data":{"cents":5,"id":"u_1"},"id":"evt_2","type":"user.created"}"#,
        ),
    ] {
        let answer = stdout(send("x-webhook-signature", &url).args(members))?;
        assert_eq!(answer.lines().nth(1), Some(body));
    }
    let answer = stdout(send("github", &url).args(["--text", "no JSON"]))?;
    assert_eq!(answer.lines().nth(1), Some("no JSON"));
    Ok(())
}

#[test]
fn names_a_mistake() -> Outcome {
    for (command, complaint) in [
        (send("strip", "http://127.0.0.1:1").arg("a=b"), "no provider \"strip\""),
        (&mut send("stripe", "http://127.0.0.1:1"), "no answer from http://127.0.0.1:1"),
        (&mut send("stripe", "https://127.0.0.1:1"), "https is not supported"),
        (send("stripe", "http://127.0.0.1:1").arg("type"), "MEMBER=VALUE"),
        (send("stripe", "http://127.0.0.1:1").arg("type.a=b"), "type is not an object"),
        (send("stripe", "http://127.0.0.1:1").arg("data:={"), "data:={"),
        (send("stripe", "http://127.0.0.1:1").env_remove("COUNTERSIGN_SECRET"), "COUNTERSIGN_SEC"),
        (&mut send(StandardWebhooksEd25519::NAME, "http://127.0.0.1:1"), "whsk_"),
    ] {
        let error = stderr(command)?;
        assert!(error.contains(complaint), "{complaint}: {error}");
    }
    Ok(())
}
