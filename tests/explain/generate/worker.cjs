// One answer in JSON for each question, a line of JSON: the work of libraries in JavaScript.

const crypto = require("node:crypto");
const http = require("node:http");
const fs = require("node:fs");
const { createRequire } = require("node:module");
const load = createRequire(process.env.MODULES + "/package.json");
const octokit = () => {
    const folder = process.env.MODULES + "/node_modules/@octokit/webhooks-methods/";
    const { exports } = JSON.parse(fs.readFileSync(folder + "package.json"));
    const entry = exports["."];
    return import(folder + (entry.node?.import ?? entry.import ?? entry.default));
};
const bytes = (text) => Buffer.from(text, "base64");

const answers = {
    hmac: ({ alg, key, text }) => crypto.createHmac(alg, bytes(key)).update(bytes(text)).digest("base64"),
    stripe: ({ secret, body, time }) => {
        const Stripe = load("stripe").default ?? load("stripe");
        return new Stripe("sk_test_1").webhooks.generateTestHeaderString({ payload: bytes(body).toString(), secret, timestamp: time });
    },
    standardwebhooks: ({ secret, id, time, body, options }) =>
        new (load("standardwebhooks").Webhook)(secret, options).sign(id, new Date(time * 1000), bytes(body).toString()),
    svix: ({ secret, id, time, body, options }) =>
        new (load("svix").Webhook)(secret, options).sign(id, new Date(time * 1000), bytes(body).toString()),
    octokit: async ({ secret, body }) => (await octokit()).sign(secret, bytes(body).toString()),
    // Verdicts of the libraries, as a check of the cases.
    verify: async ({ library, secret, headers, body, time }) => {
        try {
            if (library === "stripe") {
                const Stripe = load("stripe").default ?? load("stripe");
                new Stripe("sk_test_1").webhooks.signature.verifyHeader(bytes(body), headers["stripe-signature"], secret, 1e15, undefined, time * 1000);
            } else if (library === "octokit") {
                return await (await octokit()).verify(secret, bytes(body).toString(), headers["x-hub-signature-256"]);
            } else {
                const now = Date.now;
                Date.now = () => time * 1000;
                try {
                    new (load(library).Webhook)(secret).verify(bytes(body).toString(), headers);
                } finally {
                    Date.now = now;
                }
            }
            return true;
        } catch {
            return false;
        }
    },
    stringify: ({ text, indent }) => JSON.stringify(JSON.parse(text), null, indent),
    // Parses with a reviver that turns times into dates, as some API clients do.
    dates: ({ text }) => JSON.stringify(JSON.parse(text, (_, v) => (typeof v === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(v) ? new Date(v) : v))),
    handlebars: ({ template, values }) => load("handlebars").compile(template)(values),
    mustache: ({ template, values }) => load("mustache").render(template, values),
    ejs: ({ template, values }) => load("ejs").render(template, values),
    dotenv: ({ text }) => load("dotenv").parse(text),
    "dotenv-expand": ({ text }) => load("dotenv-expand").expand({ processEnv: {}, parsed: load("dotenv").parse(text) }).parsed,
    "read-file": ({ path }) => fs.readFileSync(path, "utf8"),
    encodeURIComponent: ({ text }) => encodeURIComponent(text),
    normalize: ({ text, form }) => text.normalize(form),
    send: ({ url, headers, body, client }) => {
        if (client === "axios")
            return load("axios").post(url, bytes(body), { headers: Object.fromEntries(headers), responseType: "text", transformResponse: (t) => t, maxRedirects: 0 }).then((r) => r.data);
        if (client === "axios-json")
            return load("axios").post(url, JSON.parse(bytes(body)), { headers: Object.fromEntries(headers), responseType: "text", transformResponse: (t) => t }).then((r) => r.data);
        if (client === "fetch") return fetch(url, { method: "POST", headers, body: bytes(body) }).then((r) => r.text());
        return new Promise((resolve, reject) => {
            const request = http.request(url, { method: "POST", headers: Object.fromEntries([...headers, ["Content-Length", bytes(body).length]]) }, (reply) => {
                let text = "";
                reply.setEncoding("utf8").on("data", (c) => (text += c)).on("end", () => resolve(text));
            });
            request.on("error", reject).end(bytes(body));
        });
    },
};

(async () => {
    for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
        const question = JSON.parse(line);
        let answer;
        try {
            answer = { ok: (await answers[question.do](question)) ?? null };
        } catch (error) {
            answer = { error: String(error.stack ?? error) };
        }
        process.stdout.write(JSON.stringify(answer) + "\n");
    }
})();
