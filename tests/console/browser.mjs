// The console in a real browser: node browser.mjs PROGRAM [FOLDER for screenshots]

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { bodies } from "./bodies.mjs";
import { Desk } from "./desk.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [program, screenshots] = process.argv.slice(2);
const desk = await Desk.start(program);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 360, height: 740 };

/** Opens a page as an operator. Whatever a page should not do is collected in `faults`. */
async function open({ name = "admin", ...options } = {}) {
  const context = await browser.newContext({
    httpCredentials: name ? { username: name, password: "correct-horse" } : undefined,
    viewport: WIDE,
    ...options,
  });
  const page = await context.newPage();
  page.faults = [];
  page.on("dialog", (dialog) => { page.faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => {
    const isExpected = /status of 40[13]/.test(message.text());
    if (message.type() === "error" && !isExpected) page.faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(desk.url)) page.faults.push(`request: ${request.url()}`);
  });
  return page;
}

async function close(page) {
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

async function accessible(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`);
  assert.deepEqual(found, [], what);
}

async function screenshot(page, name) {
  if (!screenshots) return;
  if (page.viewportSize().width === WIDE.width) await page.setViewportSize({ width: 1024, height: 640 });
  await page.screenshot({ path: join(screenshots, `console-${name}.png`) });
}

const rows = (page) => page.locator("#rows tbody tr");
const button = (page, name) => page.getByRole("button", { name, exact: true });
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until the inbox has handled what came. */
async function handled() {
  for (let tries = 0; tries < 200; tries += 1) {
    const running = await (await desk.ask("?state=running")).text();
    const fresh = await (await desk.ask("?state=waiting&endpoint=billing")).text();
    // What waits has had its attempt: it is due in an hour.
    const due = fresh.match(/note">due in/g)?.length ?? 0;
    if (running.includes("No deliveries") && due === (fresh.match(/class="note"/g)?.length ?? 0)) return;
    await wait(50);
  }
  assert.fail("the inbox did not handle the deliveries");
}

const tests = {
  async "a first load is small, and pages follow each other"() {
    const page = await open();
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    let bytes = 0;
    session.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
    await page.goto(desk.admin, { waitUntil: "load" });
    await wait(300);
    console.log(`      the first load has ${bytes} bytes`);
    assert.ok(bytes > 5_000 && bytes <= 30 * 1024, `${bytes} bytes`);
    assert.equal(await rows(page).count(), 50);
    const last = await rows(page).last().locator("a").textContent();
    await page.getByRole("link", { name: /^Next page/ }).click();
    const first = await rows(page).first().locator("a").textContent();
    assert.equal(Number(first), Number(last) - 1);
    await close(page);
  },

  async "a filter is in the URL, and the URL can be shared"() {
    const page = await open();
    await page.goto(desk.admin);
    await page.getByLabel("State").selectOption("dead");
    await page.getByLabel("Type", { exact: true }).fill("dead.card");
    await button(page, "Filter").click();
    const url = new URL(page.url());
    assert.equal(url.searchParams.get("state"), "dead");
    const count = await rows(page).count();
    assert.equal(count, 5);
    const other = await open();
    await other.goto(page.url());
    assert.equal(await rows(other).count(), count);
    assert.equal(await other.getByLabel("State").inputValue(), "dead");
    await close(other);
    await close(page);
  },

  async "one delivery shows its body, its verdict and its attempts"() {
    const page = await open();
    await page.goto(`${desk.admin}?state=dead`);
    await rows(page).first().getByRole("link").click();
    assert.match(await page.getByRole("heading", { level: 1 }).textContent(), /Delivery \d+ dead/);
    const main = page.locator("main");
    for (const text of ["the current one", "answered 400", "countersign send github", '"amount": 129.5']) {
      assert.ok((await main.textContent()).includes(text), text);
    }
    const trace = page.getByRole("link", { name: "4bf92f3577b34da6a3ce929d0e0e4736" });
    assert.equal(await trace.getAttribute("href"), "https://traces.example/4bf92f3577b34da6a3ce929d0e0e4736");
    await screenshot(page, "delivery");
    await close(page);
  },

  async "a delivery is replayed, and the action is recorded"() {
    const page = await open();
    await page.goto(`${desk.admin}?state=dead`);
    await rows(page).first().getByRole("link").click();
    await button(page, "Replay").click();
    assert.equal(await page.getByRole("status").textContent(), "The delivery was replayed.");
    await handled();
    await page.reload();
    assert.equal(await page.locator("#attempts ~ div tbody tr").count(), 2);
    await page.getByLabel("Reason").fill("refunded by hand");
    await button(page, "Mark as done").click();
    assert.match(await page.getByRole("heading", { level: 1 }).textContent(), /done/);
    await page.getByRole("link", { name: "Actions" }).click();
    const record = await page.locator("tbody").textContent();
    assert.match(record, /admin.*marked as done delivery \d+; reason: refunded by hand.*replayed/s);
    await close(page);
  },

  async "many are retried after a preview"() {
    const page = await open();
    await page.goto(`${desk.admin}?state=waiting&type=fail.bank`);
    await page.locator("select[name=action]").selectOption("retry");
    await button(page, "Preview").click();
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Retry now: 6 deliveries");
    await button(page, "Retry now: 6 deliveries").click();
    assert.match(await page.getByRole("status").first().textContent(), /6 of 6 retried/);
    await page.waitForTimeout(500);
    await page.goto(`${desk.admin}?type=fail.bank`);
    assert.equal(await page.locator("#rows .dead").count(), 6);
    await close(page);
  },

  async "the list is updated while it is open"() {
    const page = await open();
    await page.goto(`${desk.admin}?type=live`);
    assert.equal(await rows(page).count(), 0);
    await wait(500);
    await desk.send("live", { amount: 1 });
    await rows(page).first().waitFor({ timeout: 10_000 });
    assert.match(await page.locator("#news").textContent(), /^Updated/);
    await page.getByRole("checkbox", { name: "Live" }).uncheck();
    await close(page);
  },

  async "an updated list leads to its own next page"() {
    const page = await open();
    await page.goto(desk.admin);
    await wait(500);
    const before = await rows(page).first().locator("a").textContent();
    await desk.send("live", { amount: 2 });
    await page.waitForFunction((first) => document.querySelector("#rows tbody a").textContent !== first, before);
    const last = await rows(page).last().locator("a").textContent();
    await page.getByRole("link", { name: /^Next page/ }).click();
    assert.equal(Number(await rows(page).first().locator("a").textContent()), Number(last) - 1);
    await close(page);
  },

  async "a list shows what came while its connection was away"() {
    const page = await open();
    let isAway = false;
    await page.route("**/events?*", (route) => (isAway ? route.abort() : route.continue()));
    await page.goto(`${desk.admin}?type=away`);
    await wait(500);
    isAway = true;
    // The server ends each connection after 20 s, and the browser connects again 5 s later.
    await page.waitForRequest(/events/, { timeout: 40_000 });
    await desk.send("away", { amount: 1 });
    isAway = false;
    await rows(page).first().waitFor({ timeout: 30_000 });
    page.faults = page.faults.filter((fault) => !/ERR_FAILED/.test(fault));
    await close(page);
  },

  async "a list that is not live any more says so, and recovers"() {
    const page = await open();
    let isBusy = true;
    await page.route("**/events?*", (route) => (isBusy ? route.fulfill({ status: 503 }) : route.continue()));
    await page.clock.install();
    await page.goto(desk.admin);
    await page.getByText("Not up to date").waitFor();
    isBusy = false;
    await page.clock.fastForward(20_000);
    await page.waitForFunction(() => document.getElementById("stopped").textContent === "");
    page.faults = page.faults.filter((fault) => !/status of 503/.test(fault));
    await close(page);
  },

  async "all pages are accessible, light and dark, wide and narrow"() {
    const paths = ["", "?state=dead&endpoint=billing", "/deliveries/1", "/deliveries/640", "/overview?span=hour",
      "/overview", "/refused", "/refused/1", "/refused/1?body=1", "/actions", "/prune?days=1",
      "/many?action=replay", "/nothing"];
    for (const colorScheme of ["light", "dark"]) {
      for (const viewport of [WIDE, NARROW]) {
        const page = await open({ colorScheme, viewport });
        for (const path of paths) {
          await page.goto(desk.admin + path);
          await accessible(page, `${path} ${colorScheme} ${viewport.width}`);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(width <= viewport.width, `${path} is ${width} wide`);
        }
        page.faults = page.faults.filter((fault) => !/status of 404/.test(fault));
        await close(page);
      }
    }
  },

  async "dark mode and narrow screens have their pictures"() {
    const colors = new Set();
    for (const colorScheme of ["light", "dark"]) {
      const page = await open({ colorScheme });
      await page.goto(desk.admin);
      colors.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      await screenshot(page, `list-${colorScheme}`);
      await page.goto(`${desk.admin}/overview`);
      if (colorScheme === "light") await screenshot(page, "overview");
      await close(page);
    }
    assert.equal(colors.size, 2);
    const page = await open({ viewport: NARROW });
    await page.goto(desk.admin);
    await screenshot(page, "narrow");
    await close(page);
  },

  async "the keyboard reaches the content and the list"() {
    const page = await open();
    await page.goto(desk.admin);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    const seen = new Set();
    for (let presses = 0; presses < 20; presses += 1) {
      await page.keyboard.press("Tab");
      seen.add(await page.evaluate(() => document.activeElement.name || document.activeElement.pathname));
    }
    for (const name of ["state", "type", "action"]) assert.ok(seen.has(name), name);
    assert.ok([...seen].some((path) => path?.includes("/deliveries/")));
    await close(page);
  },

  async "it works without scripts"() {
    const page = await open({ javaScriptEnabled: false });
    await page.goto(desk.admin);
    assert.equal(await page.locator("#live").isVisible(), false);
    await page.getByLabel("Event id").fill("00000000-0000-4000-8000-000000000003");
    await button(page, "Filter").click();
    await rows(page).first().getByRole("link").click();
    await button(page, "Replay").click();
    assert.equal(await page.getByRole("status").textContent(), "The delivery was replayed.");
    await close(page);
  },

  async "no other site acts in the name of an operator, or frames the console"() {
    const dead = await (await desk.ask("?state=waiting&type=fail.mail")).text();
    const [, id] = /deliveries\/(\d+)/.exec(dead);
    const target = `${desk.admin}/deliveries/${id}/discard`;
    const page = await open();
    await page.goto(desk.admin);
    const token = await page.request.get(`${desk.admin}/deliveries/${id}`).then((answer) => answer.text())
      .then((text) => /name="token" value="([^"]+)"/.exec(text)[1]);
    // Even a token that has leaked does not help.
    const html = `<form method=post action="${target}"><input name=token value="${token}"></form>
      <iframe src="${desk.admin}" width=500 height=300></iframe>
      <script>if (location.hash === "#send") document.forms[0].submit();
      if (location.hash === "#fetch") fetch("${target}", { method: "POST", mode: "no-cors", credentials: "include",
        headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "token=${token}" })
        .then(() => document.title = "sent", () => document.title = "sent");</script>`;
    const evil = createServer((_, answer) => answer.setHeader("Content-Type", "text/html").end(html));
    await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
    const url = `http://localhost:${evil.address().port}/`;
    const sent = page.waitForResponse((answer) => answer.url() === target);
    await page.goto(`${url}#send`).catch(() => {});
    assert.equal((await sent).status(), 403);
    await page.goto(`${url}#fetch`);
    await page.reload();
    await page.waitForFunction(() => document.title === "sent");
    await wait(300);
    for (const frame of page.frames().slice(1)) {
      const text = await frame.locator("body").textContent().catch(() => "");
      assert.ok(!text.includes("Deliveries"), text);
    }
    const after = await (await desk.ask(`/deliveries/${id}`)).text();
    assert.match(after, /<span class="state waiting">/);
    evil.close();
    await page.context().close();
  },

  async "who may only look finds neither actions nor bodies"() {
    const page = await open({ name: "guest" });
    await page.goto(desk.admin);
    assert.equal(await page.locator("form[method=post], form.many").count(), 0);
    await rows(page).last().getByRole("link").click();
    assert.equal(await page.locator("form[method=post]").count(), 0);
    assert.ok((await page.locator("main").textContent()).includes("You may not read bodies."));
    const path = new URL(page.url()).pathname.replace("/webhooks-admin", "");
    const headers = { "Sec-Fetch-Site": "same-origin" };
    const act = await desk.ask(`${path}/replay`, { name: "guest", method: "POST", headers });
    assert.equal(act.status, 403);
    assert.equal((await desk.ask(`${path}/body`, { name: "guest" })).status, 403);
    assert.equal((await desk.ask("?text=a", { name: "guest" })).status, 403);
    assert.equal((await desk.ask("?text=a", { name: "nobody" })).status, 401);
    await close(page);
    const redacted = await (await fetch(`${desk.url}/redacted/deliveries/1`)).text();
    assert.ok(redacted.includes("[redacted]") && !redacted.includes("zoe@example.com"));
  },

  async "nothing of 200 hostile bodies is executed"() {
    const page = await open();
    const all = bodies();
    assert.ok(all.length >= 200, `${all.length}`);
    for (const body of all) assert.equal(await desk.send("hostile", body), 200);
    await handled();
    const ids = [];
    for (let path = "?type=hostile"; path;) {
      const text = await (await desk.ask(path)).text();
      ids.push(...[...text.matchAll(/\/deliveries\/(\d+)"/g)].map((match) => match[1]));
      path = /href="\/webhooks-admin(\?[^"]*before=\d+)"/.exec(text)?.[1].replaceAll("&#38;", "&");
    }
    assert.equal(ids.length, all.length);
    for (const [place, id] of ids.reverse().entries()) {
      await page.goto(`${desk.admin}/deliveries/${id}`, { waitUntil: "load" });
      const seen = await page.evaluate(() => ({
        title: document.title,
        pwned: globalThis.pwned,
        scripts: document.scripts.length,
        foreign: document.querySelectorAll("main :is(script,style,link,img,svg,iframe,object,base,math,template,textarea,meta,x), #evil, [onload], [onerror], [onclick], [ontoggle], [style]").length,
        url: location.pathname,
      }));
      assert.deepEqual(seen, {
        title: `Delivery ${id} – webhooks`, pwned: undefined, scripts: 1, foreign: 0,
        url: `/webhooks-admin/deliveries/${id}`,
      }, `body ${place}`);
      const raw = await page.locator("pre[aria-label='Raw body']").textContent();
      assert.doesNotMatch(raw, /[\0-\x08\x0b-\x1f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      // A body of plain characters is shown as it came.
      const text = all[place].toString();
      if (/^[\x20-\x7e]*$/.test(text)) assert.equal(raw, text.slice(0, 65536), `body ${place}`);
    }
    await close(page);
  },
};

try {
  for (let number = 0; number < 116; number += 1) {
    await desk.send(`invoice.${["paid", "sent", "voided"][number % 3]}`, {
      invoice: `in_${1000 + number}`, amount: 20 + number, customer: { name: "Zoë", email: "zoe@example.com" },
    });
  }
  const traced = { headers: { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" } };
  for (let number = 0; number < 6; number += 1) await desk.send("fail.bank", { number });
  for (let number = 0; number < 4; number += 1) await desk.send("fail.mail", { number });
  for (let number = 0; number < 5; number += 1) {
    await desk.send("dead.card", { card: `card_${number}`, amount: 129.5 }, traced);
  }
  assert.equal(await desk.send("invoice.paid", { amount: 1 }, { secret: "other" }), 401);
  assert.equal(await desk.send("invoice.paid", Buffer.from("{}"), { headers: { "X-Hub-Signature-256": "" } }), 401);
  await handled();
  const only = process.env.ONLY;
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    if (only && !name.includes(only)) continue;
    const began = Date.now();
    try {
      await test();
      console.log(`ok    ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL  ${name}\n${error.stack}`);
    }
  }
  process.exitCode = failed ? 1 : 0;
} finally {
  await browser.close();
  desk.stop();
}
