//! The providers, with their schemes and libraries.

use countersign::providers::{
    Clerk, ElevenLabs, GitHub, Hookdeck, Linear, Meta, OpenAI, Paddle, Replicate, Resend, Shopify,
    Slack, Square, StandardWebhooks, Stripe, Webflow, Zoom,
};

use crate::{
    Driver, Outcome, Report, Said, Shape,
    check::{check, check_with_url},
    ed25519,
    shape::{Encoding, Layout, Time},
};

pub(crate) fn npm(driver: &mut Driver) -> Outcome<Vec<Report>> {
    Ok(vec![
        check::<GitHub>(&GITHUB, driver, "@octokit/webhooks-methods")?,
        check::<Stripe>(&STRIPE, driver, "stripe")?,
        check::<Slack>(&SLACK, driver, "@slack/bolt")?,
        check::<StandardWebhooks>(&STANDARD_WEBHOOKS, driver, "standardwebhooks")?,
        check::<Replicate>(&STANDARD_WEBHOOKS, driver, "replicate")?,
        check::<StandardWebhooks>(&SVIX, driver, "svix")?,
        check::<OpenAI>(&STANDARD_WEBHOOKS, driver, "openai")?,
        check::<Clerk>(&SVIX, driver, "@clerk/backend")?,
        check::<Resend>(&SVIX, driver, "resend")?,
        check::<Shopify>(&SHOPIFY, driver, "@shopify/shopify-api")?,
        check::<Linear>(&LINEAR, driver, "@linear/sdk")?,
        check::<Paddle>(&PADDLE, driver, "@paddle/paddle-node-sdk")?,
        check::<ElevenLabs>(&ELEVENLABS, driver, "@elevenlabs/elevenlabs-js")?,
        check::<Webflow>(&WEBFLOW, driver, "webflow-api")?,
        check_with_url::<Square>(&SQUARE, driver, "square")?,
        check::<Zoom>(&ZOOM, driver, "@zoom/rivet")?,
        check::<Meta>(&GITHUB, driver, "whatsapp")?,
        check::<Hookdeck>(&HOOKDECK, driver, "@hookdeck/sdk")?,
        ed25519::check(driver, "node:crypto")?,
    ])
}

pub(crate) fn pypi(driver: &mut Driver) -> Outcome<Vec<Report>> {
    Ok(vec![
        check::<Stripe>(&STRIPE, driver, "stripe")?,
        check::<Slack>(&SLACK, driver, "slack_sdk")?,
        check::<StandardWebhooks>(&STANDARD_WEBHOOKS, driver, "standardwebhooks")?,
        check::<StandardWebhooks>(&SVIX, driver, "svix")?,
        check::<OpenAI>(&STANDARD_WEBHOOKS, driver, "openai")?,
        check::<Resend>(&SVIX, driver, "resend")?,
        check::<Paddle>(&PADDLE, driver, "paddle-python-sdk")?,
        check::<ElevenLabs>(&ELEVENLABS, driver, "elevenlabs")?,
        check_with_url::<Square>(&SQUARE, driver, "squareup")?,
        ed25519::check(driver, "cryptography")?,
    ])
}

/// A hex tag over the body, with the secret's text as key.
const HEX: Shape = Shape {
    header: "",
    encoding: Encoding::Hex,
    layout: Layout::Plain,
    time: Time::None,
    milliseconds: false,
    tolerance: 300,
    id: None,
    signed: Shape::body,
    key: Shape::text,
    secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r"],
};

const GITHUB: Shape =
    Shape { header: "X-Hub-Signature-256", layout: Layout::Prefix("sha256="), ..HEX };

const STRIPE: Shape = Shape {
    header: "Stripe-Signature",
    layout: Layout::List { separator: ",", assign: "=", key: "v1" },
    time: Time::Entry("t"),
    signed: |said| joined(&[&said.time, "."], said),
    ..HEX
};

const SLACK: Shape = Shape {
    header: "X-Slack-Signature",
    layout: Layout::Prefix("v0="),
    time: Time::Header("X-Slack-Request-Timestamp"),
    signed: |said| joined(&["v0:", &said.time, ":"], said),
    ..HEX
};

const ZOOM: Shape =
    Shape { header: "x-zm-signature", time: Time::Header("x-zm-request-timestamp"), ..SLACK };

const STANDARD_WEBHOOKS: Shape = Shape {
    header: "webhook-signature",
    encoding: Encoding::Base64,
    layout: Layout::List { separator: " ", assign: ",", key: "v1" },
    time: Time::Header("webhook-timestamp"),
    id: Some("webhook-id"),
    signed: |said| joined(&[&said.id, ".", &said.time, "."], said),
    key: Shape::whsec,
    ..HEX
};

const SVIX: Shape = Shape {
    header: "svix-signature",
    time: Time::Header("svix-timestamp"),
    id: Some("svix-id"),
    ..STANDARD_WEBHOOKS
};

const SHOPIFY: Shape = Shape { header: "X-Shopify-Hmac-Sha256", encoding: Encoding::Base64, ..HEX };

const HOOKDECK: Shape = Shape { header: "X-Hookdeck-Signature", ..SHOPIFY };

const LINEAR: Shape = Shape {
    header: "Linear-Signature",
    time: Time::Member("webhookTimestamp"),
    milliseconds: true,
    tolerance: 60,
    ..HEX
};

const PADDLE: Shape = Shape {
    header: "Paddle-Signature",
    layout: Layout::List { separator: ";", assign: "=", key: "h1" },
    time: Time::Entry("ts"),
    tolerance: 5,
    signed: |said| joined(&[&said.time, ":"], said),
    ..HEX
};

const ELEVENLABS: Shape = Shape {
    header: "ElevenLabs-Signature",
    layout: Layout::List { separator: ",", assign: "=", key: "v0" },
    tolerance: 30 * 60,
    ..STRIPE
};

const WEBFLOW: Shape = Shape {
    header: "X-Webflow-Signature",
    time: Time::Header("X-Webflow-Timestamp"),
    milliseconds: true,
    signed: |said| joined(&[&said.time, ":"], said),
    ..HEX
};

const SQUARE: Shape = Shape {
    header: "X-Square-HmacSha256-Signature",
    signed: |said| joined(&[&said.url], said),
    ..SHOPIFY
};

/// Returns these texts, followed by the body.
fn joined(texts: &[&str], said: &Said) -> Vec<u8> {
    [texts.concat().as_bytes(), &said.body].concat()
}
