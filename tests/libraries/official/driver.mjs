// Answers questions about deliveries with the providers' own libraries: JSON lines in, JSON lines
// out. See `driver.rs` for the questions.

import * as crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const text = (body) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
const fetched = ({ headers, body }) =>
    new Request("https://example.com/", { method: "POST", headers, body });

// A receiver of Zoom's library, which does not export its verification.
async function zoom({ secret, headers, body }) {
    const { AwsLambdaReceiver } = await import("@zoom/rivet/marketplace");
    const receive = new AwsLambdaReceiver({ webhooksSecretToken: secret }).start();
    const reply = await receive({ headers, body: text(body), isBase64Encoded: false });
    if (reply.statusCode !== 200) throw new Error(JSON.parse(reply.body).error);
    return reply.body;
}

// The signed bytes of Standard Webhooks, and its keys: after their prefix in text, and in DER after
// the prefix of their type.
const signed = (id, time, body) => Buffer.concat([Buffer.from(`${id}.${time}.`), body]);
const der = (prefix, text) =>
    Buffer.concat([Buffer.from(prefix, "hex"), Buffer.from(text.split("_")[1], "base64")]);
const publicKey = (text) => {
    const key = der("302a300506032b6570032100", text);
    return crypto.createPublicKey({ key, format: "der", type: "spki" });
};
const privateKey = (text) => {
    const key = der("302e020100300506032b657004220420", text);
    return crypto.createPrivateKey({ key, format: "der", type: "pkcs8" });
};

// `takes`: the form of the bodies that the library can verify: `bytes` or `text`; `json` or
// `json bytes` if it verifies and parses in one call. A verdict is a boolean or an exception. An
// entry without `verify` gives no verdict.
const libraries = {
    stripe: {
        takes: "bytes",
        async verify({ secret, headers, body }) {
            const { default: Stripe } = await import("stripe");
            const signature = headers["stripe-signature"];
            return new Stripe("sk_test_1").webhooks.signature.verifyHeader(body, signature, secret);
        },
        async sign({ secret, body, time }) {
            const { default: Stripe } = await import("stripe");
            const payload = text(body);
            const signature = new Stripe("sk_test_1").webhooks.generateTestHeaderString({
                payload,
                secret,
                timestamp: time,
            });
            return { "Stripe-Signature": signature };
        },
    },
    standardwebhooks: {
        takes: "bytes",
        async verify({ secret, headers, body }) {
            const { Webhook } = (await import("standardwebhooks")).default;
            new Webhook(secret).verify(body, headers, { jsonParse: false });
            return true;
        },
        async sign({ secret, body, time, id }) {
            const { Webhook } = (await import("standardwebhooks")).default;
            const signature = new Webhook(secret).sign(id, new Date(time * 1000), text(body));
            return {
                "webhook-id": id,
                "webhook-timestamp": `${time}`,
                "webhook-signature": signature,
            };
        },
    },
    svix: {
        takes: "json bytes",
        async verify({ secret, headers, body }) {
            const { Webhook } = (await import("svix")).default;
            new Webhook(secret).verify(body, headers);
            return true;
        },
        async sign({ secret, body, time, id }) {
            const { Webhook } = (await import("svix")).default;
            const signature = new Webhook(secret).sign(id, new Date(time * 1000), text(body));
            return { "svix-id": id, "svix-timestamp": `${time}`, "svix-signature": signature };
        },
    },
    "@octokit/webhooks-methods": {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { verify } = await import("@octokit/webhooks-methods");
            return verify(secret, text(body), headers["x-hub-signature-256"]);
        },
        async sign({ secret, body }) {
            const { sign } = await import("@octokit/webhooks-methods");
            return { "X-Hub-Signature-256": await sign(secret, text(body)) };
        },
    },
    "@slack/bolt": {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { verifySlackRequest } = (await import("@slack/bolt")).default;
            verifySlackRequest({
                signingSecret: secret,
                body: text(body),
                headers: {
                    "x-slack-signature": headers["x-slack-signature"],
                    // Bolt's own receivers convert the header like this.
                    "x-slack-request-timestamp": Number(headers["x-slack-request-timestamp"]),
                },
            });
            return true;
        },
    },
    "@shopify/shopify-api": {
        takes: "text",
        async verify({ secret, headers, body }) {
            await import("@shopify/shopify-api/adapters/node");
            const { shopifyApi, ApiVersion, LogSeverity } = await import("@shopify/shopify-api");
            const shopify = shopifyApi({
                apiKey: "key",
                apiSecretKey: secret,
                apiVersion: ApiVersion.July25 ?? Object.values(ApiVersion).at(-1),
                hostName: "example.com",
                isEmbeddedApp: true,
                logger: { level: LogSeverity.Error, log: () => {} },
            });
            // Further headers that the library requires. They are not signed.
            const unsigned = {
                "x-shopify-topic": "orders/create",
                "x-shopify-shop-domain": "example.myshopify.com",
                "x-shopify-api-version": "2025-07",
                "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
            };
            const rawRequest = { method: "POST", url: "/", headers: { ...unsigned, ...headers } };
            const { valid, reason } = await shopify.webhooks.validate({
                rawBody: text(body),
                rawRequest,
                rawResponse: {},
            });
            if (!valid) throw new Error(reason);
            return true;
        },
    },
    openai: {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { default: OpenAI } = await import("openai");
            const { webhooks } = new OpenAI({ apiKey: "key" });
            await webhooks.verifySignature(text(body), headers, secret);
            return true;
        },
    },
    "@clerk/backend": {
        takes: "json bytes",
        async verify({ secret, ...delivery }) {
            const { verifyWebhook } = await import("@clerk/backend/webhooks");
            await verifyWebhook(fetched(delivery), { signingSecret: secret });
            return true;
        },
    },
    resend: {
        takes: "json",
        async verify({ secret, headers, body }) {
            const { Resend } = await import("resend");
            new Resend("re_1").webhooks.verify({
                payload: text(body),
                headers: {
                    id: headers["svix-id"],
                    timestamp: headers["svix-timestamp"],
                    signature: headers["svix-signature"],
                },
                webhookSecret: secret,
            });
            return true;
        },
    },
    replicate: {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { validateWebhook } = (await import("replicate")).default;
            return validateWebhook({
                id: headers["webhook-id"],
                timestamp: headers["webhook-timestamp"],
                signature: headers["webhook-signature"],
                body: text(body),
                secret,
            });
        },
    },
    "@linear/sdk": {
        takes: "json",
        async verify({ secret, headers, body }) {
            const { LinearWebhookClient } = await import("@linear/sdk/webhooks");
            return new LinearWebhookClient(secret).verify(body, headers["linear-signature"]);
        },
    },
    "@paddle/paddle-node-sdk": {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { Paddle } = await import("@paddle/paddle-node-sdk");
            const { webhooks } = new Paddle("key");
            return webhooks.isSignatureValid(text(body), secret, headers["paddle-signature"]);
        },
    },
    "@elevenlabs/elevenlabs-js": {
        takes: "json",
        async verify({ secret, headers, body }) {
            const { ElevenLabsClient } = (await import("@elevenlabs/elevenlabs-js")).default;
            const { webhooks } = new ElevenLabsClient({ apiKey: "key" });
            const signature = headers["elevenlabs-signature"];
            await webhooks.constructEvent(text(body), signature, secret);
            return true;
        },
    },
    "webflow-api": {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { WebflowClient } = (await import("webflow-api")).default;
            const { webhooks } = new WebflowClient({ accessToken: "token" });
            return webhooks.verifySignature({ headers, body: text(body), secret });
        },
    },
    square: {
        takes: "text",
        async verify({ secret, headers, body, url }) {
            const { WebhooksHelper } = (await import("square")).default;
            return WebhooksHelper.verifySignature({
                requestBody: text(body),
                signatureHeader: headers["x-square-hmacsha256-signature"],
                signatureKey: secret,
                notificationUrl: url,
            });
        },
    },
    "@zoom/rivet": {
        takes: "json",
        async verify(question) {
            await zoom(question);
            return true;
        },
        reply: zoom,
    },
    // Meta's own package, in the version before "1.0.0", which is empty. Its receiver gives no
    // verdict: it throws a `TypeError` at each body before it verifies (`Buffer.concat` of a
    // string).
    whatsapp: {
        async sign({ secret, body }) {
            const utils = new URL("node_modules/whatsapp/build/utils.js", import.meta.url);
            const { generateXHub256Sig } = (await import(utils)).default;
            return { "X-Hub-Signature-256": `sha256=${generateXHub256Sig(text(body), secret)}` };
        },
    },
    "@hookdeck/sdk": {
        takes: "text",
        async verify({ secret, headers, body }) {
            const { verifyWebhookSignature } = await import("@hookdeck/sdk/webhooks/helpers.js");
            const question = { headers, rawBody: text(body), signingSecret: secret };
            return (await verifyWebhookSignature(question)).isValidSignature;
        },
    },
    // Node's own implementation of Ed25519, which `v1a` of Standard Webhooks uses.
    "node:crypto": {
        takes: "bytes",
        verify({ secret, headers, body }) {
            const text = signed(headers["webhook-id"], headers["webhook-timestamp"], body);
            const tag = Buffer.from(headers["webhook-signature"].slice("v1a,".length), "base64");
            return crypto.verify(null, text, publicKey(secret), tag);
        },
        sign({ secret, body, time, id }) {
            const tag = crypto.sign(null, signed(id, time, body), privateKey(secret));
            return {
                "webhook-id": id,
                "webhook-timestamp": `${time}`,
                "webhook-signature": `v1a,${tag.toString("base64")}`,
            };
        },
    },
};

const isObject = (body) => {
    try {
        const value = JSON.parse(body);
        return typeof value === "object" && value !== null;
    } catch {
        return false;
    }
};
const isText = (body) => {
    try {
        text(body);
        return true;
    } catch {
        return false;
    }
};
const fits = {
    bytes: () => true,
    text: isText,
    json: (body) => isText(body) && isObject(text(body)),
    "json bytes": (body) => isObject(body.toString()),
};

const manifest = (name) =>
    readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url));
const version = (name) =>
    name === "node:crypto" ? process.versions.node : JSON.parse(manifest(name)).version;

async function answer({ ask, library, ...question }) {
    const { takes, verify, sign, reply } = libraries[library];
    if (ask === "version") return { text: version(library) };
    question.body = Buffer.from(question.body, "base64");
    if (ask === "sign") {
        if (!sign) return { cannot: true };
        try {
            return { headers: await sign(question) };
        } catch {
            return { cannot: true };
        }
    }
    if (!verify || !fits[takes](question.body)) return { cannot: true };
    try {
        if (ask === "reply") return { accepted: true, text: await reply(question) };
        return (await verify(question)) ? { accepted: true } : { text: "false" };
    } catch (error) {
        return { text: `${error.message}` };
    }
}

// Log lines of the libraries must not be read as answers.
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
for (const method of ["log", "info", "warn", "error", "debug"]) console[method] = () => {};
for await (const line of createInterface({ input: process.stdin })) {
    say(await answer(JSON.parse(line)));
}
