//! Secrets and lines to paste for trying it out: nothing here is needed to receive webhooks.

use std::{env, error::Error, net::SocketAddr};

use countersign::Secret;

/// A secret from the environment, or a random one; and how a shell spells it. One from the
/// environment is never printed.
pub(crate) fn secret(variable: &str) -> Result<(Secret, String), Box<dyn Error>> {
    if env::var_os(variable).is_some() {
        return Ok((Secret::from_env(variable)?, format!("\"${variable}\"")));
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((Secret::new(&*text)?, text))
}

/// Prints two lines for each provider: one that is answered 200, and one that is answered 401,
/// because its body is not what was signed.
pub(crate) fn print(addr: SocketAddr, [respan, in_house, speaknode]: [&str; 3]) {
    let deliveries = [
        ("respan", "X-Respan-Signature", respan, r#"{"model": "small", "cost": "$0.002"}"#),
        (
            "objects",
            "X-Webhook-Signature",
            in_house,
            r#"{"id":"evt_1","type":"resource.updated","data":{"object":{"id":"r_1","name":"new"}},"previous_data":{"name":"old"}}"#,
        ),
        (
            "flat",
            "X-Webhook-Signature",
            in_house,
            r#"{"id":"evt_2","type":"user.created","data":{"id":"u_1","email":"zoe@example.com"}}"#,
        ),
        (
            "speaknode",
            "X-Webhook-Signature",
            speaknode,
            r#"{"event":"SessionStarted","agent":"a_1"}"#,
        ),
    ];
    println!(
        "\nPaste a line. Each ending in \"$B\" is answered 200; \"x$B\" is another body: 401."
    );
    for (path, header, secret, body) in deliveries {
        println!("\n{path}:");
        for sent in ["\"$B\"", "\"x$B\""] {
            println!(
                "B='{body}'; curl -i http://{addr}/webhooks/{path} \
                 -H 'Content-Type: application/json' \
                 -H \"{header}: $(printf %s \"$B\" | openssl dgst -sha256 -hmac {secret} -r | \
                 cut -d' ' -f1)\" --data-binary {sent}"
            );
        }
    }
    println!();
}
