// The receiver that manuals show for Express.
import crypto from 'node:crypto';
import express from 'express';

const app = express();
app.use(express.json());

app.post('/webhooks', (req, res) => {
  const signature = req.headers['x-webhook-signature'] ?? '';
  const expected = crypto
    .createHmac('sha256', process.env.WEBHOOK_SECRET)
    .update(JSON.stringify(req.body))
    .digest('hex');
  const isGenuine =
    signature.length === expected.length &&
    crypto.timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
  if (!isGenuine) {
    return res.status(401).json({ error: 'Invalid signature' });
  }
  res.status(200).json({ status: 'received', id: req.body.id });
});

app.listen(Number(process.env.PORT), '127.0.0.1');

// Ends with the process that started it.
process.stdin.on('end', () => process.exit(0)).resume();
