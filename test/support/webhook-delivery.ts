import { createHmac } from 'node:crypto';
import { type Answer, encode, exchange } from './client.ts';

/** The headers with Scalekit's signature of an event. */
export function signatureHeaders(secret: string, body: string, id = 'msg_1', sentAt = Date.now()) {
  const timestamp = String(Math.floor(sentAt / 1000));
  const hmac = createHmac('sha256', Buffer.from(secret.split('_')[1] ?? '', 'base64'));
  const signature = `v1,${hmac.update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  return { 'Webhook-Id': id, 'Webhook-Timestamp': timestamp, 'Webhook-Signature': signature };
}

/** Sends an event with a current signature, as Scalekit does. */
export function deliverWebhook(apiUrl: string, secret: string, event: unknown): Promise<Answer> {
  const { headers, text = '' } = encode(event);
  return exchange(apiUrl, 'POST', '/webhooks/scalekit', { ...headers, ...signatureHeaders(secret, text) }, text);
}
