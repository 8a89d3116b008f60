//! Runs the example as a user does: starts it, and pastes the lines of its page.

use std::{error::Error, process::Command};

use countersign_tests::{Example, Program, Reply, Wire, follow, signature};

type Outcome = Result<(), Box<dyn Error>>;

const US: &str = "it's a \"key\" with $HOME, %s `\\ *";
const EU: &str = "secret_eu";
const SECRETS: [(&str, &str); 2] = [("BILLING_SECRET", US), ("BILLING_EU_SECRET", EU)];

fn example() -> Command {
    let mut command = Command::new(Example("own-provider").program());
    command.env("ADDR", "127.0.0.1:0").envs(SECRETS);
    command
}

fn send(program: &Program, path: &str, signature: &str, body: &str) -> std::io::Result<Reply> {
    Wire::connect(program.addr())?.exchange(format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nX-Billing-Signature: {signature}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

#[test]
fn answers_as_its_page_shows() -> Outcome {
    let mut command = example();
    command.envs([("BILLING_SECRET", "secret_us"), ("BILLING_EU_SECRET", "secret_eu")]);
    let mut program = Program::start(&mut command)?;
    let page = Example("own-provider").page();
    follow(&page, program.addr(), |_, line| panic!("not run: {line}"))?;
    assert_eq!(program.line()?, "billing: 7 paid: 1250 cents");
    assert!(program.line()?.starts_with("billing: invoice.sent kept: "));
    Ok(())
}

#[test]
fn each_endpoint_takes_its_own_secret_alone() -> Outcome {
    let program = Program::start(&mut example())?;
    let body = r#"{"event":"invoice.paid","invoice":{"number":"7","cents":1}}"#;
    for (path, secret, status) in [
        ("/billing", US, 200),
        ("/billing-eu", EU, 200),
        ("/billing", EU, 401),
        ("/billing-eu", US, 401),
    ] {
        let signature = format!("sha256={}", signature(secret, body));
        assert_eq!(send(&program, path, &signature, body)?.status, status, "{path} {secret}");
    }
    Ok(())
}

#[test]
fn refuses_what_billing_does_not_send() -> Outcome {
    let mut program = Program::start(&mut example())?;
    let body = r#"{"event":"invoice.paid","invoice":{"number":"7\n8","cents":1}}"#;
    let bare = signature(US, body);
    assert_eq!(send(&program, "/billing", &bare, body)?.status, 401, "without the prefix");

    for body in [
        r#"{"type":"invoice.paid","data":{"number":"7","cents":1}}"#,
        r#"{"event":"invoice.paid","invoice":{"number":"7","cents":"1"}}"#,
    ] {
        let signature = format!("sha256={}", signature(US, body));
        assert_eq!(send(&program, "/billing", &signature, body)?.status, 422, "{body}");
    }

    // The rejected deliveries printed nothing, and a line break in a text does not begin a new
    // line.
    send(&program, "/billing", &format!("sha256={bare}"), body)?;
    assert_eq!(program.line()?, r"billing: 7\n8 paid: 1 cents");
    Ok(())
}

#[test]
fn names_the_variable_of_a_missing_secret() -> Outcome {
    for (variable, _) in SECRETS {
        let output = example().env_remove(variable).output()?;
        let error = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(error.contains(&format!("{variable}: not set")), "{error}");
    }
    Ok(())
}

#[test]
fn says_how_to_choose_another_port() -> Outcome {
    Ok(countersign_tests::says_how_to_choose_another_port(&mut example())?)
}

#[test]
fn stops_on_ctrl_c() -> Outcome {
    Ok(countersign_tests::stops_on(&["INT"], example)?)
}
