// The receiver with its consoles, and the deliveries that it gets.

import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class Desk {
  /** Starts the program. */
  static async start(program) {
    const folder = mkdtempSync(join(tmpdir(), "console-"));
    const child = spawn(program, [join(folder, "inbox.db")], { stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface({ input: child.stdout });
    const url = await new Promise((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the receiver has ended: ${code}`)));
    });
    return Object.assign(new Desk(), { child, folder, url, admin: `${url}/webhooks-admin`, count: 0 });
  }

  stop() {
    this.child.removeAllListeners("exit");
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Sends a signed delivery. */
  async send(type, body, { secret = "secret", headers = {} } = {}) {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const tag = createHmac("sha256", secret).update(bytes).digest("hex");
    this.count += 1;
    const answer = await fetch(`${this.url}/webhooks`, {
      method: "POST",
      body: bytes,
      headers: {
        "Content-Type": "application/json",
        "X-GitHub-Event": type,
        "X-GitHub-Delivery": `00000000-0000-4000-8000-${String(this.count).padStart(12, "0")}`,
        "X-Hub-Signature-256": `sha256=${tag}`,
        ...headers,
      },
    });
    return answer.status;
  }

  /** Asks the console without a browser. */
  ask(path, { name = "admin", ...options } = {}) {
    const login = Buffer.from(`${name}:correct-horse`).toString("base64");
    return fetch(this.admin + path, {
      redirect: "manual",
      ...options,
      headers: { Authorization: `Basic ${login}`, ...options.headers },
    });
  }
}
