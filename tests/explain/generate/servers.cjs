// Receivers in Node: each answers with the headers and with the body that its handler would pass to
// the verification. The last part of the path names the handler.

const http = require("node:http");
const zlib = require("node:zlib");
const { createRequire } = require("node:module");
const load = createRequire(process.env.MODULES + "/package.json");

const [, , ...ports] = process.argv.map(Number);
const host = "127.0.0.1";
const pairs = (raw) => raw.reduce((out, v, i) => (i % 2 ? out[out.length - 1].push(v) : out.push([v]), out), []);
const report = (req, body, more = {}) => ({
    headers: pairs(req.rawHeaders),
    body: Buffer.from(body ?? "").toString("base64"),
    ...more,
});

function express(express) {
    const app = express();
    const json = express.json({ limit: "1mb", strict: false });
    const text = (options) => express.text({ type: "*/*", limit: "1mb", ...options });
    const on = (path, parser, body) =>
        app.post(path, ...[parser].flat(), (req, res) => {
            try {
                res.json(report(req, body(req)));
            } catch (error) {
                res.status(500).send(String(error));
            }
        });
    on("/json", json, (req) => JSON.stringify(req.body));
    on("/json-2", json, (req) => JSON.stringify(req.body, null, 2));
    on("/json-4", json, (req) => JSON.stringify(req.body, null, 4));
    on("/json-tab", json, (req) => JSON.stringify(req.body, null, "\t"));
    on("/json-sorted", json, (req) => JSON.stringify(req.body, Object.keys(req.body).sort()));
    on("/json-string", json, (req) => String(req.body));
    on("/form", express.urlencoded({ extended: true, limit: "1mb" }), (req) => JSON.stringify(req.body));
    on("/form-simple", express.urlencoded({ extended: false, limit: "1mb" }), (req) => new URLSearchParams(req.body).toString());
    on("/form-payload", express.urlencoded({ extended: true, limit: "1mb" }), (req) => req.body.payload);
    on("/form-payload-parsed", express.urlencoded({ extended: true, limit: "1mb" }), (req) => JSON.stringify(JSON.parse(req.body.payload)));
    on("/text", text(), (req) => req.body);
    on("/text-trim", text(), (req) => req.body.trim());
    on("/text-latin1", text({ defaultCharset: "latin1" }), (req) => req.body);
    on("/text-crlf", text(), (req) => req.body.replace(/\r\n/g, "\n"));
    on("/raw", express.raw({ type: "*/*", limit: "1mb" }), (req) => req.body);
    on("/raw-base64", express.raw({ type: "*/*", limit: "1mb" }), (req) => req.body.toString("base64"));
    // The stream was consumed by the parser before the handler reads it.
    app.post("/consumed", json, (req, res) => {
        let body = "";
        const answer = () => res.headersSent || res.json(report(req, body));
        req.on("data", (chunk) => (body += chunk)).on("end", answer);
        setTimeout(answer, 150);
    });
    app.post("/no-parser", (req, res) => res.json(report(req, req.body && JSON.stringify(req.body))));
    // The URL as many handlers build it.
    app.post(/.*/, express.raw({ type: "*/*" }), (req, res) => {
        const url = `${req.protocol}://${req.get("host")}${req.originalUrl}`;
        const bare = `${req.protocol}://${req.hostname}${req.path}`;
        res.json(report(req, req.body, { url, bare }));
    });
    return app;
}

express(load("express")).listen(ports[0], host);
express(load("express5")).listen(ports[1], host);

(async () => {
    const fastify = load("fastify")({ bodyLimit: 1 << 20 });
    fastify.register(load("@fastify/formbody"));
    const send = (body) => (req, reply) => reply.send(report(req.raw, body(req)));
    fastify.post("/json", send((req) => JSON.stringify(req.body)));
    fastify.post("/json-2", send((req) => JSON.stringify(req.body, null, 2)));
    fastify.post("/form", send((req) => JSON.stringify(req.body)));
    fastify.post("/form-payload", send((req) => req.body.payload));
    fastify.post("/consumed", async (req) => {
        let body = "";
        for await (const chunk of req.raw) body += chunk;
        return report(req.raw, body);
    });
    await fastify.listen({ port: ports[2], host });

    const Koa = load("koa");
    for (const [port, parser] of [
        [ports[3], () => (load("koa-bodyparser").default ?? load("koa-bodyparser"))({ jsonLimit: "1mb" })],
        [ports[4], () => (load("koa-body").koaBody ?? load("koa-body").default)({ jsonLimit: "1mb" })],
    ]) {
        const koa = new Koa();
        koa.use(parser());
        koa.use(async (ctx) => {
            const { body } = ctx.request;
            const ways = {
                "/json": () => JSON.stringify(body),
                "/json-2": () => JSON.stringify(body, null, 2),
                "/form": () => JSON.stringify(body),
                "/form-payload": () => body.payload,
            };
            ctx.body = report(ctx.req, ways[ctx.path]());
        });
        koa.listen(port, host);
    }

    const { Hono } = load("hono");
    const { serve } = load("@hono/node-server");
    const hono = new Hono();
    const raw = (c) => c.env.incoming;
    hono.post("/json", async (c) => c.json(report(raw(c), JSON.stringify(await c.req.json()))));
    hono.post("/text", async (c) => c.json(report(raw(c), await c.req.text())));
    hono.post("/form-payload", async (c) => c.json(report(raw(c), (await c.req.parseBody()).payload)));
    serve({ fetch: hono.fetch, port: ports[5], hostname: host });
})();

// `node:http` without a framework.
http.createServer((req, res) => {
    const answer = (body) => res.end(JSON.stringify(report(req, body)));
    const chunks = [];
    let body = "";
    const ways = {
        "/latin1": () => (req.setEncoding("latin1"), req.on("data", (c) => (body += c)).on("end", () => answer(body))),
        "/ascii": () => (req.setEncoding("ascii"), req.on("data", (c) => (body += c)).on("end", () => answer(body))),
        "/utf16": () => req.on("data", (c) => chunks.push(c)).on("end", () => answer(Buffer.from(Buffer.concat(chunks).toString(), "utf16le"))),
        // Pieces of 1,021 bytes, each decoded on its own, as a handler with `body += chunk` does if
        // the network cuts a character.
        "/chunks": () => req.on("data", (c) => chunks.push(c)).on("end", () => {
            const all = Buffer.concat(chunks);
            for (let at = 0; at < all.length; at += 1021) body += all.subarray(at, at + 1021);
            answer(body);
        }),
        "/first-chunk": () => req.once("data", (c) => answer(c.subarray(0, 4096))),
        "/json": () => req.on("data", (c) => chunks.push(c)).on("end", () => answer(JSON.stringify(JSON.parse(Buffer.concat(chunks))))),
        "/raw": () => req.on("data", (c) => chunks.push(c)).on("end", () => answer(Buffer.concat(chunks))),
        "/base64": () => req.on("data", (c) => chunks.push(c)).on("end", () => answer(Buffer.concat(chunks).toString("base64"))),
        "/base64url": () => req.on("data", (c) => chunks.push(c)).on("end", () => answer(Buffer.concat(chunks).toString("base64url"))),
    };
    (ways[req.url] ?? ways["/raw"])();
}).listen(ports[6], host);

// Proxies in front of `/raw` above: http-proxy, one that compresses, one that inflates, one that
// only passes the headers on that it knows, and one that parses the JSON and writes it again.
const proxy = load("http-proxy").createProxyServer({ xfwd: true });
http.createServer((req, res) => {
    const [, way] = req.url.split("/");
    if (way === "plain") {
        req.url = req.url.replace("/plain", "") || "/";
        return proxy.web(req, res, { target: `http://${host}:${ports[0]}`, changeOrigin: true });
    }
    const chunks = [];
    req.on("data", (c) => chunks.push(c)).on("end", () => {
        let body = Buffer.concat(chunks);
        let headers = pairs(req.rawHeaders).filter(([name]) => !/^(content-length|connection|transfer-encoding)$/i.test(name));
        if (way === "gzip") body = zlib.gzipSync(body), headers.push(["Content-Encoding", "gzip"]);
        if (way === "gzip-silent") body = zlib.gzipSync(body, { level: 9 });
        if (way === "deflate") body = zlib.deflateSync(body), headers.push(["Content-Encoding", "deflate"]);
        if (way === "brotli") body = zlib.brotliCompressSync(body), headers.push(["Content-Encoding", "br"]);
        if (way === "inflate") body = zlib.gunzipSync(body), headers = headers.filter(([n]) => !/^content-encoding$/i.test(n));
        if (way === "strip") headers = headers.filter(([n]) => /^(host|content-type|user-agent|accept)$/i.test(n));
        if (way === "json") body = Buffer.from(JSON.stringify(JSON.parse(body)));
        const onward = http.request({ host, port: ports[6], path: "/raw", method: "POST", headers: [...headers, ["Content-Length", body.length]].flat() });
        onward.on("response", (reply) => reply.pipe(res));
        onward.end(body);
    });
}).listen(ports[7], host);
