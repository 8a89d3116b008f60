//! The next step, in words for a provider and a framework.

use crate::{Cause, Framework, Step};

/// Returns what to do about a step.
pub(crate) fn advice(
    step: &Step,
    provider: Option<&str>,
    framework: Option<Framework>,
    is_certain: bool,
) -> String {
    let sender = provider.unwrap_or("the provider");
    let raw = framework.map_or(
        "Pass the bytes of the request to the verification, before any parser reads them.",
        Framework::raw_body,
    );
    match step.cause {
        Cause::BodyReserialized => match &step.form {
            Some(form) if is_certain => format!(
                "{raw} If the receiver already uses the raw bytes, {sender} signs another text than \
                 it sends: accept that text with `Verifier::forms([{form}])`."
            ),
            _ => raw.to_owned(),
        },
        Cause::BodyForm if provider == Some("github") => format!(
            "GitHub sends a form unless the content type of the webhook is `application/json`, and \
             signs what it sends. {raw}"
        ),
        Cause::BodyForm => format!("Verify the body as it was sent, and decode it afterwards. {raw}"),
        Cause::BodyPart => {
            format!("Verify the body that {sender} sent, without the envelope of the gateway or queue.")
        }
        Cause::BodyTextEncoding => {
            format!("Do not decode the body to text before the verification. {raw}")
        }
        Cause::BodySpace => {
            "Do not trim the body, and do not convert its line breaks. With curl, use \
             `--data-binary` instead of `-d`."
                .to_owned()
        }
        Cause::BodyBase64 => {
            "Decode the body from base64 if the gateway says that it encoded it, and verify the \
             result."
                .to_owned()
        }
        Cause::BodyEmpty => {
            format!("Another part of the program read the body first. {raw}")
        }
        Cause::BodyCompressed => {
            "If the compressed bytes were signed, verify before a layer decompresses the body. If the \
             decompressed text was signed, use `Verifier::forms([BodyForm::Inflated])`."
                .to_owned()
        }
        Cause::BodyCut => {
            "Look for a limit or a time-out between the sender and the receiver, and for logs that \
             cut long texts."
                .to_owned()
        }
        Cause::AnotherSecret => format!(
            "Set the secret that matched. Each endpoint of {sender} has a secret of its own, and \
             test and live mode differ. After a rotation, keep the old one with \
             `Secrets::with_retired`."
        ),
        Cause::SecretSpace => {
            "Remove the white space where the secret is set. `echo` adds a line break: use `printf \
             '%s'`, or `echo -n`."
                .to_owned()
        }
        Cause::SecretEncoding => match provider {
            Some(name) => format!(
                "Set the secret exactly as the console of {name} shows it, and let the verifier \
                 decode it: `Verifier` knows the form that {name} uses."
            ),
            None => "Set the secret exactly as the provider's console shows it.".to_owned(),
        },
        Cause::SecretEscaped => {
            "Set the secret without quotes and escapes. Look at the template, the shell command or \
             the file that sets it."
                .to_owned()
        }
        Cause::SecretKind => format!(
            "Set the signing secret of the webhook endpoint. It is not the API key{}.",
            match provider {
                Some("respan") => ", unless you use the API key of the call",
                _ => "",
            }
        ),
        Cause::Url => {
            "Set the URL exactly as it is entered at the provider, with `Verifier::with_url`. Do \
             not build it from the request: a proxy changes it."
                .to_owned()
        }
        Cause::Scheme => {
            "Use the verifier of the provider that sends the delivery, or set the header with \
             `Verifier::header`. For a sender of yours, state its scheme as a `Provider`."
                .to_owned()
        }
        Cause::SignatureEncoding => format!(
            "Let the sender encode the signature as {sender} does, or state its encoding as a \
             `Provider` of yours."
        ),
        Cause::SignatureMissing => {
            "Look for a proxy that removes the header, and for a secret that is not set at the \
             provider: many senders only sign if there is one."
                .to_owned()
        }
        Cause::TimeStale => {
            "Compare the clocks. If the delivery was recorded, or waited in a queue, verify it with \
             the time at which it was received: `Verifier::verify_at`. If it is a retry with the time \
             of the first attempt, set a longer `Verifier::tolerance`."
                .to_owned()
        }
        Cause::TimeEarly => "Compare the clocks of the sender and of the receiver.".to_owned(),
        Cause::TimeUnit => {
            "Let the sender use the unit of the scheme, or state the unit as a `Provider` of yours."
                .to_owned()
        }
        Cause::TimeUnsigned => format!(
            "Let the sender sign the whole text that the scheme of {sender} states. A time that is \
             not signed does not stop replays."
        ),
    }
}
