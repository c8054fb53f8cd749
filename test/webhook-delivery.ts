import { createHmac } from 'node:crypto';

/** Sends an event as Scalekit does, signed now. */
export function deliverWebhook(apiUrl: string, secret: string, event: unknown): Promise<Response> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', Buffer.from(secret.split('_')[1] ?? '', 'base64'));
  return fetch(`${apiUrl}/webhooks/scalekit`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${hmac.update(`msg_1.${timestamp}.${body}`).digest('base64')}`,
    },
    body,
  });
}
