// A receiver as a manual of the in-house convention shows it: it signs what Express has parsed.
import crypto from "node:crypto";
import express from "express";

const app = express();
app.use(express.json());

app.post("/webhook", (req, res) => {
  const signature = req.headers["x-webhook-signature"];
  const expected = crypto
    .createHmac("sha256", process.env.WEBHOOK_SECRET)
    .update(JSON.stringify(req.body))
    .digest("hex");
  if (signature !== expected) {
    return res.status(401).json({ error: "Invalid signature" });
  }
  res.json({ status: "received" });
});

const server = app.listen(0, "127.0.0.1", () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
