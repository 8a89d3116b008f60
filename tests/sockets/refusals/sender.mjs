// Sends requests with `fetch`, one after another.
const [count, ...targets] = process.argv.slice(1).filter((argument) => argument !== "--");
for (const target of targets) {
    const [surface, port, size] = target.split(" ");
    const body = Buffer.alloc(Number(size), "x");
    let arrived = 0;
    let failure = "";
    for (let number = 0; number < Number(count); number += 1) {
        const isSigned = number % 2 === 1;
        const headers = isSigned ? { "X-Webhook-Signature": "0".repeat(64) } : {};
        const url = `http://127.0.0.1:${port}/webhook`;
        try {
            const answer = await fetch(url, { method: "POST", body, headers });
            const text = await answer.text();
            if (answer.status === (isSigned ? 413 : 401)) arrived += 1;
            else failure ||= `${answer.status} ${text}`;
        } catch (error) {
            failure ||= String(error.cause ?? error);
        }
    }
    console.log(surface, size, arrived, failure);
}
